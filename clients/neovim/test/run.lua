-- The tests, in the running editor: each opens files of its own, does what a person would, and looks.
--
-- nvim --headless -u test/init.lua +'luafile test/run.lua', in an empty folder and with directories of its
-- own; run.sh does that.

local here = vim.fs.dirname(debug.getinfo(1, "S").source:sub(2))
local editor = dofile(vim.fs.joinpath(here, "editor.lua"))

---@type string[] every value that must not be written anywhere but into its own file
local planted = {}

---@param value string
---@return string
local function plant(value)
  planted[#planted + 1] = value
  return value
end

---@param got any
---@param want any
---@param what string
local function equal(got, want, what)
  if not vim.deep_equal(got, want) then
    error(("%s is\n%s\nand should be\n%s"):format(what, vim.inspect(got), vim.inspect(want)), 2)
  end
end

---@param text string
---@param word string
local function holds(text, word)
  if not text:find(word, 1, true) then
    error(("%q is not in\n%s"):format(word, text), 2)
  end
end

local placeholder = "REDACTED_[A-Z_]+_%w+"

---@type { [1]: string, [2]: fun() }[]
local tests = {}

---@param name string
---@param run fun()
local function test(name, run)
  tests[#tests + 1] = { name, run }
end

test("a finding is a diagnostic, and the statusline counts it", function()
  local key, email = plant(editor.key()), plant(editor.email())
  local buf = editor.open("seen.env", ("# 😀\r\nKEY=%s\r\nMAIL=%s\r\n"):format(key, email))
  local all = editor.diagnostics(buf, 2)
  holds(all[1].message, "AWS access key id")
  equal({ all[1].source, all[1].code, all[1].lnum, all[1].col, all[1].end_col }, { "scrubjay", "aws-access-key-id", 1, 4, 24 }, "the diagnostic")
  equal(all[2].code, "email-address", "the other")
  editor.eventually("the statusline", function()
    return require("scrubjay").statusline():find("2 values go out as placeholders", 1, true)
  end)
  holds(editor.shoot("diagnostics"), "scrubjay: Protected: 2 values go out as placeholders")
end)

test("a file without a filetype is judged, after a restart, too", function()
  local buf = editor.open("plain", plant(editor.key()) .. "\n")
  equal(vim.bo[buf].filetype, "", "the filetype")
  editor.diagnostics(buf, 1)
  editor.eventually("the statusline", function()
    return require("scrubjay").statusline():find("1 value goes out", 1, true)
  end)
  vim.cmd.Scrubjay("restart")
  editor.diagnostics(buf, 1)
  equal(#vim.lsp.get_clients({ name = "scrubjay" }), 1, "the number of servers")
end)

test("redact and restore behind emoji and before CRLF leave every other byte", function()
  local key = plant(editor.key())
  local text = ("x = '😀é%s' # 😀\r\ny = 1\r\n"):format(key)
  local buf = editor.open("redact.py", text)
  editor.diagnostics(buf, 1)
  editor.cursor(key)
  editor.act("Redact: AWS access key id")
  editor.diagnostics(buf, 0)
  local name = assert(editor.bytes(buf):match(placeholder), "there is a placeholder")
  equal(editor.bytes(buf), ("x = '😀é%s' # 😀\r\ny = 1\r\n"):format(name), "redacted")
  editor.shoot("redacted")
  editor.cursor(name)
  editor.act("Restore " .. name)
  editor.diagnostics(buf, 1)
  equal(editor.bytes(buf), text, "restored")
  vim.cmd.undo()
  equal(editor.bytes(buf):match(placeholder), name, "what undo brings back")
end)

test("what is typed between an action and its edit stays, and the value is gone whole or the person is told", function()
  math.randomseed(7)
  for round = 1, 24 do
    local key, email = plant(editor.key()), plant(editor.email())
    local buf = editor.open(("typed%d.env"):format(round), ("# é\nKEY=%s # 😀\nMAIL=%s\n"):format(key, email))
    editor.diagnostics(buf, 2)
    if round % 2 == 0 then
      vim.api.nvim_buf_set_lines(buf, 0, 0, true, { "# a version above 0" })
    end
    local client = vim.lsp.get_clients({ name = "scrubjay", bufnr = buf })[1]
    local handle = client.handlers["workspace/applyEdit"]
    local answered, told, typed = 0, nil, nil
    local notify = vim.lsp.handlers["window/showMessage"]
    client.handlers["window/showMessage"] = function(_, params)
      told = params.message
    end
    client.handlers["workspace/applyEdit"] = function(...)
      if not typed then
        for _ = 1, math.random(3) do
          local row = math.random(vim.api.nvim_buf_line_count(buf)) - 1
          local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, true)[1]
          local at = math.random(2) == 1 and 0 or #line
          if math.random(4) == 1 and line:find(key, 1, true) then
            at = line:find(key, 1, true) + 5 -- into the value
          end
          vim.api.nvim_buf_set_text(buf, row, at, row, at, { ({ "x", " typed ", "😀" })[math.random(3)] })
        end
        typed = editor.bytes(buf)
      end
      local answer = handle(...)
      answered = answered + 1
      return answer
    end
    editor.cursor(key:sub(1, 4))
    editor.act("Redact: AWS access key id")
    editor.eventually("the edit or a word", function()
      return told or editor.bytes(buf):find("REDACTED_AWS_KEY_ID")
    end)
    client.handlers["workspace/applyEdit"], client.handlers["window/showMessage"] = handle, notify
    local got = editor.bytes(buf)
    if told then
      holds(told, "the text has changed here meanwhile")
      equal(got, typed, "round " .. round .. ", told")
    else
      equal((got:gsub(placeholder, key)), typed, "round " .. round)
    end
    assert(answered > 0, "the edit was asked for")
  end
end)

test("redact_all takes everything, equal values by one placeholder", function()
  local key, email = plant(editor.key()), plant(editor.email())
  local buf = editor.open("all.txt", ("é %s 😀 %s\n%s\n"):format(key, email, key))
  editor.diagnostics(buf, 3)
  vim.cmd.Scrubjay("redact_all")
  editor.diagnostics(buf, 0)
  local first, other, again = editor.bytes(buf):match(("^é (%s) 😀 (%s)\n(%s)\n$"):format(placeholder, placeholder, placeholder))
  equal(again, first, "the placeholder of the equal value")
  assert(other and other ~= first, "another value has another placeholder")
end)

test("not sensitive is a comment on the line", function()
  local key = plant(editor.key())
  local buf = editor.open("allow.py", ("a = '%s'\nb = 1\n"):format(key))
  editor.diagnostics(buf, 1)
  editor.cursor(key)
  editor.act("Not sensitive: allow aws-access-key-id on this line")
  editor.diagnostics(buf, 0)
  holds(editor.bytes(buf), ("a = '%s' # scrubjay:allow aws-access-key-id"):format(key))
end)

test("a hover explains and does not show the value", function()
  local key = plant(editor.key())
  local buf = editor.open("hover.txt", key .. "\n")
  editor.diagnostics(buf, 1)
  vim.lsp.buf.hover()
  local float = editor.eventually("the hover", function()
    return vim.b[buf].lsp_floating_preview
  end)
  local said = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(float), 0, -1, true), "\n")
  holds(said, "aws-access-key-id")
  assert(not said:find(key, 1, true), "the hover shows the value")
  editor.shoot("hover")
  vim.api.nvim_win_close(float, true)
end)

test("the person is asked before an image goes to a vendor", function()
  editor.open("ask.txt", "nothing\n")
  local select, asked, titles = vim.ui.select, nil, {}
  vim.ui.select = function(items, options, choose)
    asked = options.prompt
    for i, item in ipairs(items) do
      titles[i] = item.title
    end
    choose(items[3])
  end
  local data = vim.base64.encode("\137PNG\r\n\26\n\0" .. ("x"):rep(3500))
  local answer = editor.ask({ { type = "image", source = { type = "base64", media_type = "image/png", data = data } } })
  vim.ui.select = select
  holds(asked, "An image of 4 KB (image/png) is about to go to anthropic. Scrubjay cannot read images.")
  equal(titles, { "Send once", "Always send images", "Do not send" }, "what can be chosen")
  holds(answer, "403 ")
  holds(answer, "You said no to it")
end)

test("status says what is known", function()
  local buf = editor.open("status.txt", plant(editor.key()) .. "\n")
  editor.diagnostics(buf, 1)
  editor.eventually("the proxy and the policy", function()
    local known = table.concat(require("scrubjay.status").describe(), "\n")
    return known:find("1 value goes out as a placeholder", 1, true) and known:find("proxy: listens on 127.0.0.1:", 1, true) and known:find("policy: ", 1, true)
  end)
  vim.cmd.Scrubjay("status")
  holds(editor.messages(), "Protected: 1 value goes out as a placeholder")
end)

test("restart brings another server, and the findings again", function()
  local buf = editor.open("restart.txt", plant(editor.key()) .. "\n")
  editor.diagnostics(buf, 1)
  local before = vim.lsp.get_clients({ name = "scrubjay" })[1].id
  vim.cmd.Scrubjay("restart")
  editor.eventually("another client", function()
    local now = vim.lsp.get_clients({ name = "scrubjay", bufnr = buf })[1]
    return now and now.id ~= before
  end)
  editor.diagnostics(buf, 1)
end)

test("a policy that is pushed is in force in a file that is open", function()
  local buf = editor.open("push.txt", ("card %s 😀\n"):format(plant(editor.card())))
  editor.diagnostic(buf, "Payment card number: AI may see it", vim.diagnostic.severity.HINT)
  editor.push("forbid")
  editor.diagnostic(buf, "Payment card number: stops ", vim.diagnostic.severity.ERROR)
  editor.eventually("the statusline", function()
    return require("scrubjay").statusline() == "scrubjay: Protected: requests with this file stop"
  end)
  editor.push("allow")
  editor.diagnostic(buf, "AI may see it", vim.diagnostic.severity.HINT)
end)

test("setup twice is setup once, with the newer settings", function()
  local scrubjay = require("scrubjay")
  local cmd = { vim.env.SCRUBJAY_BIN, "lsp" }
  scrubjay.setup({ cmd = cmd, inline_completion = true, settings = { rules = { disable = { "aws-access-key-id" } } } })
  vim.cmd.Scrubjay("restart")
  local buf = editor.open("twice.txt", plant(editor.key()) .. "\n" .. plant(editor.email()) .. "\n")
  equal(editor.diagnostics(buf, 1)[1].code, "email-address", "what is left")
  equal(#vim.lsp.get_clients({ name = "scrubjay", bufnr = buf }), 1, "the number of servers")
  scrubjay.setup({ cmd = cmd, inline_completion = true })
  vim.cmd.Scrubjay("restart")
  editor.diagnostics(buf, 2)
end)

test("a setting that does not exist is refused with its name", function()
  local ok, why = pcall(require("scrubjay").setup, { settings = { rule = {} } })
  equal(ok, false, "setup")
  holds(why, "there is no setting settings.rule: see :help scrubjay-setup")
end)

test("checkhealth finds everything in order", function()
  editor.diagnostics(editor.open("health.txt", plant(editor.key()) .. "\n"), 1)
  editor.eventually("the proxy", function()
    return table.concat(require("scrubjay.status").describe(), "\n"):find("proxy: ", 1, true)
  end)
  vim.cmd.checkhealth("scrubjay")
  local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
  holds(report, "the server is running")
  holds(report, "the proxy listens on 127.0.0.1:")
  assert(not report:find("ERROR", 1, true) and not report:find("WARNING", 1, true), report)
  editor.shoot("health")
  vim.cmd.bdelete()
end)

test("an old Neovim is refused in one sentence", function()
  local has, notify, said = vim.fn.has, vim.notify, {}
  vim.fn.has = function(feature)
    return feature == "nvim-0.11" and 0 or has(feature)
  end
  vim.notify = function(text)
    said[#said + 1] = text
  end
  require("scrubjay").setup()
  vim.fn.has, vim.notify = has, notify
  equal(#said, 1, "the number of messages")
  holds(said[1], "Neovim 0.11 or newer is needed")
end)

dofile(vim.fs.joinpath(here, "beyond.lua"))({ test = test, plant = plant, equal = equal, holds = holds, placeholder = placeholder }, editor)

-- The last, since it looks at what all the others have left.
test("no value stands in a log, in the state or in a message, and no message is an error of Neovim's", function()
  local searched = 0
  local function search(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read("*a")
    file:close()
    searched = searched + 1
    for _, value in ipairs(planted) do
      assert(not text:find(value, 1, true), "a value stands in " .. path)
    end
  end
  local log = vim.lsp.log.get_filename()
  for _, dir in ipairs({ vim.env.SCRUBJAY_STATE, vim.fs.dirname(log), vim.env.XDG_STATE_HOME, vim.env.XDG_CACHE_HOME }) do
    for name, kind in vim.fs.dir(dir, { depth = 20 }) do
      if kind == "file" then
        search(vim.fs.joinpath(dir, name))
      end
    end
  end
  assert(searched > 0, "there is no file to search: the test looks in the wrong place")
  local messages = editor.messages()
  assert(not messages:find("_ERROR:", 1, true), "Neovim showed an error:\n" .. messages)
  for _, value in ipairs(planted) do
    assert(not messages:find(value, 1, true), "a value stands in a message")
  end
end)

local function run_all()
  local failed = 0
  for _, t in ipairs(tests) do
    local name, run = t[1], t[2]
    vim.cmd("silent! %bwipeout!")
    local ok, why = xpcall(run, debug.traceback)
    if not ok then
      failed = failed + 1
      editor.shoot("failed-" .. failed)
    end
    io.stdout:write(("%s neovim: %s\n"):format(ok and "ok" or "FAIL", name))
    if not ok then
      io.stdout:write("  " .. tostring(why):gsub("\n", "\n  ") .. "\n")
    end
  end
  io.stdout:write(("%d passed, %d failed\n"):format(#tests - failed, failed))
  vim.cmd(failed == 0 and "qall!" or "cquit!")
end

-- Only when Neovim has started does it start servers in buffers that are there already.
vim.api.nvim_create_autocmd("VimEnter", { callback = vim.schedule_wrap(run_all) })
