lead.setLiveTexAttr('имя', lead.getAttr('client_name'));
