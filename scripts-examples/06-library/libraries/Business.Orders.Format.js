module.exports = {
  number(value) {
    return '№ ' + String(value).padStart(6, '0');
  },
  money(roubles) {
    return String(roubles).replace(/\B(?=(\d{3})+$)/g, ' ') + ' ₽';
  },
};
