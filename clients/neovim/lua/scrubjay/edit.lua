-- Edits of the server. Neovim's own handler takes an edit of version 0 for any text, and says that an edit is done when it
-- refused it; both destroy what is typed between an action and its edit.

local M = {}

---@param edit lsp.WorkspaceEdit
---@return boolean whether every text is still the one that the edit was computed for
local function current(edit)
  return vim.iter(edit.documentChanges or {}):all(function(change)
    local document = change.textDocument
    if not document or document.version == nil or document.version == vim.NIL then
      return true
    end
    return vim.lsp.util.buf_versions[vim.uri_to_bufnr(document.uri)] == document.version
  end)
end

--- Handles workspace/applyEdit.
---@param err lsp.ResponseError?
---@param params lsp.ApplyWorkspaceEditParams
---@param context lsp.HandlerContext
---@param config table?
---@return lsp.ApplyWorkspaceEditResult
function M.apply(err, params, context, config)
  if not current(params.edit) then
    return { applied = false, failureReason = "the text has moved on" }
  end
  return vim.lsp.handlers["workspace/applyEdit"](err, params, context, config)
end

return M
