-- The server as vim.lsp knows it. setup() puts the person's own settings over this.
---@type vim.lsp.Config
return {
  cmd = { "scrubjay", "lsp" },
  root_markers = { ".scrubjay.yaml", ".git" },
  -- Neovim handles versions of texts in edits and does not say so.
  before_init = function(params)
    params.capabilities = vim.tbl_deep_extend("force", params.capabilities, {
      workspace = { workspaceEdit = { documentChanges = true } },
    })
  end,
  handlers = {
    ["workspace/applyEdit"] = function(...)
      return require("scrubjay.edit").apply(...)
    end,
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
