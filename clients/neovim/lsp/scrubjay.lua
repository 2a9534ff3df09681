-- The server as vim.lsp knows it. setup() puts the person's own settings over this.

--- An edit is for one version of a text. Neovim itself says that it has applied one for an older version, though it has
--- not, and applies one for the first version to whatever the text has become.
---@param params lsp.ApplyWorkspaceEditParams
---@return string? why it cannot be applied
local function outdated(params)
  for _, change in ipairs(params.edit.documentChanges or {}) do
    local document = change.textDocument
    if document and document.version and document.version ~= vim.NIL then
      local buf = vim.uri_to_bufnr(document.uri)
      if vim.lsp.util.buf_versions[buf] ~= document.version then
        return "the text has changed meanwhile"
      end
    end
  end
end

---@type vim.lsp.Config
return {
  cmd = { "scrubjay", "lsp" },
  root_markers = { ".scrubjay.yaml", ".git" },
  capabilities = { workspace = { workspaceEdit = { documentChanges = true } } },
  handlers = {
    ["scrubjay/status"] = function(_, status, context)
      require("scrubjay.status").receive(status, context.client_id)
    end,
    ["workspace/applyEdit"] = function(err, params, context)
      local why = outdated(params)
      if why then
        return { applied = false, failureReason = why }
      end
      return vim.lsp.handlers["workspace/applyEdit"](err, params, context)
    end,
  },
  on_exit = function(_, _, client)
    vim.schedule(function()
      require("scrubjay.status").forget_client(client)
    end)
  end,
}
