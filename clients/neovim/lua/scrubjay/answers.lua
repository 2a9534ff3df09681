-- What the server answers to a command, beyond the protocol: a sentence, a way back, a text for the clipboard.

---@class (exact) scrubjay.Answer its twin is the type answer of internal/lsp/commands.go
---@field said? string
---@field undo? string "undo" is the editor's own; anything else a command of the server's
---@field clipboard? string

local notify = require("scrubjay.notify")

local M = {}

--- What this editor does with an answer, as the server is told.
M.offers = { "clipboard" }

---@class (exact) scrubjay.Done
---@field client integer
---@field undo string
---@field arguments? lsp.LSPAny[]
---@field edited? scrubjay.Edited what "undo" is about

---@type scrubjay.Done?
local latest

--- Puts a text where the next paste takes it from.
---@param text string
local function copy(text)
  vim.fn.setreg('"', text)
  if vim.fn.has("clipboard") == 1 then
    pcall(vim.fn.setreg, "+", text) -- the system's may be out of reach, as over ssh
  end
end

--- Handles the answer of workspace/executeCommand.
---@param err lsp.ResponseError?
---@param answer scrubjay.Answer|vim.NIL|nil
---@param context lsp.HandlerContext
function M.take(err, answer, context)
  if err then
    return notify(err.message, vim.log.levels.ERROR)
  end
  if type(answer) ~= "table" then
    return
  end
  if answer.clipboard then
    copy(answer.clipboard)
  end
  local said = answer.said
  if answer.undo then
    local edited = require("scrubjay.edit").latest
    latest = { client = context.client_id, undo = answer.undo, arguments = (context.params or {}).arguments, edited = edited }
    said = said and said .. " Take it back: :Scrubjay undo"
  end
  if said then
    notify(said)
  end
end

--- Takes back what the latest command did.
function M.undo()
  local done = latest
  if not done then
    return notify("there is nothing to take back", vim.log.levels.WARN)
  end
  if done.undo ~= "undo" then
    local client = vim.lsp.get_client_by_id(done.client)
    if not client then
      return notify("the server that did it has ended, so it stays: look into .scrubjay.yaml", vim.log.levels.WARN)
    end
    client:exec_cmd({ title = "Undo", command = done.undo, arguments = done.arguments })
  else
    local edited = done.edited
    if not edited or not vim.api.nvim_buf_is_valid(edited.buf) or vim.api.nvim_buf_get_changedtick(edited.buf) ~= edited.tick then
      return notify("the text has changed since, so nothing was undone: see :help undo", vim.log.levels.WARN)
    end
    vim.api.nvim_buf_call(edited.buf, vim.cmd.undo)
  end
  latest = nil
end

return M
