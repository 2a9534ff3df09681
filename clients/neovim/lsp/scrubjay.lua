-- The server as vim.lsp knows it. setup() puts the person's own settings over this.
---@type vim.lsp.Config
return {
  cmd = { "scrubjay", "lsp" },
  root_markers = { ".scrubjay.yaml", ".git" },
  handlers = {
    ["scrubjay/status"] = function(_, status, context)
      require("scrubjay.status").receive(status, context.client_id)
    end,
  },
  on_exit = function(_, _, client)
    vim.schedule(function()
      require("scrubjay.status").forget_client(client)
    end)
  end,
}
