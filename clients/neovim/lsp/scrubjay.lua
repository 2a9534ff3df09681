-- The server as vim.lsp knows it. setup() puts the person's own settings over this.
---@type vim.lsp.Config
return {
  cmd = { "scrubjay", "lsp" },
  root_markers = { ".scrubjay.yaml", ".git" },
  before_init = function(params)
    local config = require("scrubjay.config").current
    params.capabilities = vim.tbl_deep_extend("force", params.capabilities, {
      workspace = {
        workspaceEdit = { documentChanges = true }, -- Neovim handles versions of texts in edits and does not say so
        textDocumentContent = vim.empty_dict(),
      },
    })
    -- What is not wanted is not offered: the server then does no work for it.
    if not config.lenses then
      params.capabilities.textDocument.codeLens = nil
    end
    if not config.inline_completion then
      params.capabilities.textDocument.inlineCompletion = nil
    end
  end,
  handlers = {
    ["workspace/applyEdit"] = function(...)
      return require("scrubjay.edit").apply(...)
    end,
    ["workspace/executeCommand"] = function(...)
      return require("scrubjay.answers").take(...)
    end,
    ["workspace/textDocumentContent/refresh"] = function(...)
      return require("scrubjay.views").refresh(...)
    end,
    ["window/showDocument"] = function(...)
      return require("scrubjay.views").show(...)
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
