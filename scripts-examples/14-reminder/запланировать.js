bot.removeScheduledJobs({ script_code: 'remind' });
bot.scheduleJob({
  script_code: 'remind',
  run_after_sec: 3600,
  condition_script_code: 'return !lead.isTagExist("оплачено")',
  script_request_params: { счёт: 705 },
});
