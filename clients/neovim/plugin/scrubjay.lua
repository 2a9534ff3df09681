vim.api.nvim_create_user_command("Scrubjay", function(args)
  require("scrubjay").command(args)
end, {
  nargs = 1,
  desc = "Scrubjay: restart, log, status, redact_all",
  complete = function(lead)
    return require("scrubjay").complete(lead)
  end,
})
