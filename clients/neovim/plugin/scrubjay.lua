vim.api.nvim_create_user_command("Scrubjay", function(args)
  require("scrubjay").command(args)
end, {
  nargs = "?",
  desc = "Scrubjay: what is known of this file; see :help scrubjay-commands",
  complete = function(lead)
    return require("scrubjay").complete(lead)
  end,
})
