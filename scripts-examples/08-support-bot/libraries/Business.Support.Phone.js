module.exports = {
  /** Номер в виде +79261234567 или null, если это не номер. */
  parse(text) {
    const digits = String(text).replace(/\D/g, '').replace(/^8(?=\d{10}$)/, '7');
    return digits.length >= 10 && digits.length <= 15 ? '+' + digits : null;
  },
};
