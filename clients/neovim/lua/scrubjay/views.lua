-- Texts that only the server has: what AI vendors would see of a file, and what an exchange said. Each is a buffer beside
-- the others that stands on no disk.

local M = {}

---@param view string a URI
---@return integer? buffer that shows it
local function buffer_of(view)
  return vim.iter(vim.api.nvim_list_bufs()):find(function(buf)
    return vim.b[buf].scrubjay_view == view
  end)
end

---@param client vim.lsp.Client
---@param view string
---@param show fun(lines: string[])
local function fetch(client, view, show)
  client:request("workspace/textDocumentContent", { uri = view }, function(err, result)
    show(vim.split(err and err.message or result.text, "\n", { plain = true }))
  end)
end

---@param buf integer
---@param lines string[]
local function fill(buf, lines)
  if vim.api.nvim_buf_is_valid(buf) then
    vim.bo[buf].modifiable = true
    vim.api.nvim_buf_set_lines(buf, 0, -1, true, lines)
    vim.bo[buf].modifiable = false
  end
end

--- Handles window/showDocument.
---@param err lsp.ResponseError?
---@param params lsp.ShowDocumentParams
---@param context lsp.HandlerContext
---@return lsp.ShowDocumentResult
function M.show(err, params, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  if not client or not vim.startswith(params.uri, "scrubjay:") then
    return vim.lsp.handlers["window/showDocument"](err, params, context)
  end
  fetch(client, params.uri, function(lines)
    local buf = buffer_of(params.uri)
    if not buf then
      buf = vim.api.nvim_create_buf(false, true)
      vim.b[buf].scrubjay_view = params.uri
      vim.bo[buf].bufhidden = "wipe"
      pcall(vim.api.nvim_buf_set_name, buf, vim.uri_decode(params.uri:match("^scrubjay:/([^?]*)") or params.uri))
    end
    fill(buf, lines)
    local shown = vim.fn.bufwinid(buf)
    if shown == -1 then
      vim.cmd.sbuffer({ args = { buf }, mods = { vertical = true, keepalt = true } })
    else
      vim.api.nvim_set_current_win(shown)
    end
  end)
  return { success = true }
end

--- Handles workspace/textDocumentContent/refresh.
---@param _ lsp.ResponseError?
---@param params { uri: string }
---@param context lsp.HandlerContext
---@return vim.NIL
function M.refresh(_, params, context)
  local client, buf = vim.lsp.get_client_by_id(context.client_id), buffer_of(params.uri)
  if client and buf then
    fetch(client, params.uri, function(lines)
      fill(buf, lines)
    end)
  end
  return vim.NIL
end

return M
