-- What the tests do in the editor, and what they wait for.

local M = {}

local patience = 15000

---@param what string
---@param condition fun(): any
---@return any the condition's value
function M.eventually(what, condition)
  local value
  local ok = vim.wait(patience, function()
    value = condition()
    return value
  end, 10)
  if not ok then
    error("waited in vain: " .. what .. "\n" .. table.concat(M.screen(), "\n"), 2)
  end
  return value
end

--- An AWS access key id that nobody has.
---@return string
function M.key()
  local letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
  local random = {}
  for i, byte in ipairs({ vim.uv.random(16):byte(1, -1) }) do
    local at = byte % #letters + 1
    random[i] = letters:sub(at, at)
  end
  return "AK" .. "IA" .. table.concat(random)
end

---@return string
function M.email()
  local random = {}
  for i, byte in ipairs({ vim.uv.random(9):byte(1, -1) }) do
    random[i] = string.char(97 + byte % 26)
  end
  return ("ada.%s@harrow-%s.net"):format(table.concat(random, "", 1, 5), table.concat(random, "", 6))
end

--- A number that is a payment card's by its form and its check digit.
---@return string
function M.card()
  local digits, sum = { 4 }, 0
  for i, byte in ipairs({ vim.uv.random(14):byte(1, -1) }) do
    digits[i + 1] = byte % 10
  end
  for i, digit in ipairs(digits) do
    local doubled = i % 2 == 1 and digit * 2 or digit
    sum = sum + (doubled > 9 and doubled - 9 or doubled)
  end
  digits[16] = (10 - sum % 10) % 10
  return table.concat(digits)
end

--- Has the organisation decide anew what may be done with payment data.
---@param verdict "allow"|"scrub"|"forbid"
---@param setting? string a line of settings besides
function M.push(verdict, setting)
  local run = vim.system({ vim.env.PUSH, verdict, setting or "" }, { text = true }):wait()
  assert(run.code == 0, run.stderr)
end

--- Sends a vendor what an assistant would, and waits for the answer's status and text.
---@param content table a message's
---@return string
function M.ask(content)
  local listen = M.eventually("the proxy", function()
    return table.concat(require("scrubjay.status").describe(), "\n"):match("proxy: listens on ([%d.:]+)")
  end)
  local token = vim.trim(assert(io.open(vim.fs.joinpath(vim.env.SCRUBJAY_STATE, "token"))):read("*a"))
  local body = vim.json.encode({ model = "m", max_tokens = 9, messages = { { role = "user", content = content } } })
  local script = [[
    const [url, body] = process.argv.slice(1);
    fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body })
      .then(async (answer) => console.log(answer.status, await answer.text()));
  ]]
  local url = ("http://%s/t/%s/anthropic/v1/messages"):format(listen, token)
  local result
  vim.system({ vim.env.NODE, "-e", script, url, body }, { text = true }, function(run)
    result = run.stdout .. run.stderr
  end)
  return M.eventually("the proxy's answer", function()
    return result
  end)
end

--- What the stand-in vendors were sent.
---@return string
function M.sent()
  local file = io.open(vim.fs.joinpath(vim.env.VENDOR, "sent"))
  return file and file:read("*a") or ""
end

--- Opens a new file of the folder with exactly these bytes.
---@param name string
---@param text string
---@return integer buffer
function M.open(name, text)
  local path = vim.fs.joinpath(vim.fn.getcwd(), name)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  vim.cmd.edit(vim.fn.fnameescape(path))
  local buf = vim.api.nvim_get_current_buf()
  M.eventually("the server attaches", function()
    return #vim.lsp.get_clients({ name = "scrubjay", bufnr = buf }) > 0
  end)
  return buf
end

--- The buffer, byte for byte as it would be written.
---@param buf integer
---@return string
function M.bytes(buf)
  local ending = vim.bo[buf].fileformat == "dos" and "\r\n" or "\n"
  local text = table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, true), ending)
  return vim.bo[buf].endofline and text .. ending or text
end

--- Waits until the diagnostics of a buffer are as many as wanted.
---@param buf integer
---@param count integer
---@return vim.Diagnostic[]
function M.diagnostics(buf, count)
  return M.eventually(count .. " diagnostics", function()
    local all = vim.diagnostic.get(buf)
    return #all == count and all
  end)
end

--- Waits for a diagnostic whose text holds a word, shown with a severity: for what changes by itself, such
--- as a verdict when the policy is replaced.
---@param buf integer
---@param word string
---@param severity vim.diagnostic.Severity
---@return vim.Diagnostic
function M.diagnostic(buf, word, severity)
  return M.eventually(("a diagnostic with %q"):format(word), function()
    return vim.iter(vim.diagnostic.get(buf, { severity = severity })):find(function(d)
      return d.message:find(word, 1, true)
    end)
  end)
end

--- Places the cursor on a text of the current buffer.
---@param text string
function M.cursor(text)
  vim.fn.cursor(1, 1)
  assert(vim.fn.search("\\V" .. vim.fn.escape(text, "\\"), "cW") > 0, "the cursor finds no place")
end

--- Does the one code action at the cursor whose title begins so.
---@param title string
function M.act(title)
  local seen = false
  vim.o.undolevels = vim.o.undolevels -- what comes is undone by itself, as if a person had paused
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      local fits = vim.startswith(action.title, title)
      seen = seen or fits
      return fits
    end,
  })
  M.eventually("the action " .. title, function()
    return seen
  end)
end

--- What stands on the screen.
---@return string[]
function M.screen()
  vim.cmd.redraw({ bang = true })
  local lines = {}
  for row = 1, vim.o.lines do
    local line = {}
    for column = 1, vim.o.columns do
      line[column] = vim.fn.screenstring(row, column)
    end
    lines[row] = table.concat(line):gsub("%s+$", "")
  end
  return lines
end

--- Writes the screen where the person who reads the results finds it.
---@param name string
---@return string
function M.shoot(name)
  local lines = M.screen()
  vim.fn.writefile(lines, vim.fs.joinpath(vim.env.SCREENS, ("neovim-%s.txt"):format(name)))
  return table.concat(lines, "\n")
end

--- Every message that was shown.
---@return string
function M.messages()
  return vim.api.nvim_exec2("messages", { output = true }).output
end

return M
