-- Redact on paste: what the terminal or the window pastes comes with placeholders. The original of the latest paste is kept
-- in this process, and is one command away.

local notify = require("scrubjay.notify")

local M = {}

--- How many milliseconds the server may take: pasting must not be felt.
M.patience = 300

--- The longest text that is looked at.
M.longest = 1048576

---@class (exact) scrubjay.Pasted
---@field buf integer
---@field mark integer where it begins
---@field redacted string
---@field original string

---@type scrubjay.Pasted?
local latest

--- What vim.paste was before.
---@type fun(lines: string[], phase: integer): boolean
M.plain = nil

local namespace = vim.api.nvim_create_namespace("scrubjay.paste")

---@return vim.lsp.Client? that redacts what is pasted into the current buffer
local function redactor()
  if not require("scrubjay.config").current.redact_on_paste or vim.fn.getcmdtype() ~= "" or not vim.bo.modifiable then
    return nil
  end
  return vim.lsp.get_clients({ name = "scrubjay", bufnr = 0 })[1]
end

---@param client vim.lsp.Client
---@param text string
---@return string? with placeholders, if there is something to redact in it
local function redact(client, text)
  local command = { command = "scrubjay.redactText", arguments = { { uri = vim.uri_from_bufnr(0), text = text } } }
  local answer = client:request_sync("workspace/executeCommand", command, M.patience, 0)
  if not answer or answer.err then
    notify("pasted as it was, because the server did not answer in time", vim.log.levels.WARN)
    return nil
  end
  local result = answer.result
  return type(result) == "table" and result.clipboard or nil
end

---@param original string
---@param redacted string
local function remember(original, redacted)
  local buf, from = vim.api.nvim_get_current_buf(), vim.api.nvim_buf_get_mark(0, "[")
  vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
  local ok, mark = pcall(vim.api.nvim_buf_set_extmark, buf, namespace, from[1] - 1, from[2], { right_gravity = false })
  latest = { buf = buf, mark = ok and mark or 0, redacted = redacted, original = original }
end

---@param text string
---@return string[]
local function lines_of(text)
  return vim.split(text, "\n", { plain = true })
end

--- Puts the original of the latest paste where its placeholders stand; if they do not stand there any more, at the cursor.
function M.original()
  local pasted = latest
  if not pasted then
    return notify("nothing was pasted with placeholders", vim.log.levels.WARN)
  end
  local at = vim.api.nvim_buf_is_valid(pasted.buf) and vim.api.nvim_buf_get_extmark_by_id(pasted.buf, namespace, pasted.mark, {}) or {}
  local lines = lines_of(pasted.redacted)
  if at[1] then
    local row = at[1] + #lines - 1
    local column = (#lines == 1 and at[2] or 0) + #lines[#lines]
    local ok, now = pcall(vim.api.nvim_buf_get_text, pasted.buf, at[1], at[2], row, column, {})
    if ok and table.concat(now, "\n") == pasted.redacted then
      vim.api.nvim_buf_set_text(pasted.buf, at[1], at[2], row, column, lines_of(pasted.original))
      return
    end
  end
  M.plain(lines_of(pasted.original), -1)
end

--- Pastes a whole text, with placeholders if there is something to redact in it.
---@param original string
---@return boolean
local function paste(original)
  local client = redactor()
  local redacted = client and original:find("%S") and redact(client, original)
  if not redacted then
    return M.plain(lines_of(original), -1)
  end
  local done = M.plain(lines_of(redacted), -1)
  remember(original, redacted)
  notify("pasted with placeholders. As it was: :Scrubjay paste")
  return done
end

--- Puts itself before vim.paste. A long text comes in parts, and a value may stand across two of them: they are put together.
function M.wrap()
  if M.plain then
    return
  end
  M.plain = vim.paste
  ---@type string? what has come of the present one, while it is looked at
  local held
  ---@param lines string[]
  ---@param phase -1|0|1|2|3
  ---@diagnostic disable-next-line: duplicate-set-field
  function vim.paste(lines, phase)
    if phase == 0 then
      return M.plain(lines, phase) -- an inline completion that is taken: its values belong here
    end
    local last = phase == -1 or phase == 3
    if phase == -1 or phase == 1 then
      held = redactor() and ""
    end
    if not held then
      return M.plain(lines, phase)
    end
    held = held .. table.concat(lines, "\n")
    local text = held
    if #text > M.longest then
      held = nil
      return M.plain(lines_of(text), last and -1 or 1)
    end
    if not last then
      return true
    end
    held = nil
    return paste(text)
  end
end

return M
