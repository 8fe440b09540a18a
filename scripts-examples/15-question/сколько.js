var число = Number(lead.getLastRequest());
if (!(число >= 1 && число <= 9)) return false;
lead.setAttr('пачек', число);
return true;
