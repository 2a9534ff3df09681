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

---@class (exact) scrubjay.Edited
---@field buf integer
---@field tick integer the buffer's, when it was done

--- The latest edit of the server's.
---@type scrubjay.Edited?
M.latest = nil

---@param edit lsp.WorkspaceEdit
local function remember(edit)
  local change = (edit.documentChanges or {})[1]
  local uri = change and change.textDocument and change.textDocument.uri or next(edit.changes or {})
  if uri then
    local buf = vim.uri_to_bufnr(uri)
    M.latest = { buf = buf, tick = vim.api.nvim_buf_get_changedtick(buf) }
  end
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
  local result = vim.lsp.handlers["workspace/applyEdit"](err, params, context, config)
  if type(result) == "table" and result.applied then
    remember(params.edit)
  end
  return result
end

return M
