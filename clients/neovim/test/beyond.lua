-- The tests of what goes beyond findings and their actions: what commands answer, pasting, lenses, completion, the folder.

---@param t table what run.lua tests with
---@param editor table
return function(t, editor)
  local test, plant, equal, holds, placeholder = t.test, t.plant, t.equal, t.holds, t.placeholder
  local paste = require("scrubjay.paste")

  --- Counts what the person is told while something is done, and waits until it is enough.
  ---@param word string
  ---@param run fun()
  local function told(word, run)
    local notify, said = vim.notify, {}
    ---@diagnostic disable-next-line: duplicate-set-field
    vim.notify = function(text)
      said[#said + 1] = text
    end
    local ok, why = pcall(function()
      run()
      editor.eventually("a word with " .. word, function()
        return table.concat(said, "\n"):find(word, 1, true)
      end)
    end)
    vim.notify = notify
    assert(ok, why)
  end

  --- Pastes as a terminal does, in parts.
  ---@param ... string
  local function pasted(...)
    local parts = { ... }
    for i, part in ipairs(parts) do
      local phase = #parts == 1 and -1 or i == 1 and 1 or i == #parts and 3 or 2
      vim.api.nvim_paste(part, true, phase)
    end
  end

  for name, cut in pairs({ ["at once"] = {}, ["in two parts"] = { 9 }, ["in four parts, cut in the value"] = { 3, 12, 20 } }) do
    test("what is pasted " .. name .. " comes with placeholders, and as it was when asked for", function()
      paste.patience = 15000
      local key = plant(editor.key())
      local buf = editor.open("paste.py", "x = 1 # é😀\n")
      local text, parts, from = ("a = '%s'\r\nb = 'é'\r\n"):format(key), {}, 1
      for _, at in ipairs(cut) do
        parts[#parts + 1] = text:sub(from, at)
        from = at + 1
      end
      parts[#parts + 1] = text:sub(from)
      editor.cursor("x = 1")
      told("pasted with placeholders", function()
        pasted(unpack(parts))
      end)
      local got = editor.bytes(buf)
      equal((got:gsub(placeholder, key)), ("xa = '%s'\nb = 'é'\n = 1 # é😀\n"):format(key), "pasted")
      assert(not got:find(key, 1, true), "the value was pasted")
      vim.api.nvim_buf_set_lines(buf, 0, 0, true, { "# typed above" })
      vim.cmd.Scrubjay("paste")
      equal(editor.bytes(buf), ("# typed above\nxa = '%s'\nb = 'é'\n = 1 # é😀\n"):format(key), "as it was")
    end)
  end

  test("after u the original is pasted at the cursor", function()
    paste.patience = 15000
    local key = plant(editor.key())
    local buf = editor.open("undone.txt", "\n")
    vim.o.undolevels = vim.o.undolevels
    pasted(key)
    assert(editor.bytes(buf):match("^" .. placeholder .. "\n$"), editor.bytes(buf))
    vim.cmd.undo()
    equal(editor.bytes(buf), "\n", "undone")
    vim.cmd.Scrubjay("paste")
    equal(editor.bytes(buf), key .. "\n", "as it was")
  end)

  test("what is pasted is as it was in .env, without findings, too long, too late, and if the person says so", function()
    local config = require("scrubjay.config")
    local key = plant(editor.key())
    ---@param name string
    ---@param text string
    local function unchanged(name, text)
      local buf = editor.open(name, "\n")
      pasted(text:sub(1, 7), text:sub(8))
      equal(editor.bytes(buf), text .. "\n", name)
    end
    paste.patience = 15000
    unchanged(".env", "KEY=" .. key)
    unchanged("harmless.txt", "nothing to see\nhere 😀")
    paste.longest = 10
    unchanged("long.txt", key .. "\nand more")
    paste.longest = 1048576
    config.current.redact_on_paste = false
    unchanged("off.txt", key)
    config.current.redact_on_paste = true
    paste.patience = 0
    told("did not answer in time", function()
      unchanged("late.txt", key)
    end)
    paste.patience = 15000
  end)

  test("a selection is copied with placeholders", function()
    local key = plant(editor.key())
    local buf = editor.open("copy.txt", ("é %s 😀\nmore\n"):format(key))
    editor.diagnostics(buf, 1)
    vim.cmd.normal({ "ggVj", bang = true })
    told("Copied with placeholders", function()
      editor.act("Copy redacted")
    end)
    vim.cmd.normal({ "\27", bang = true })
    for _, register in ipairs({ '"', "+" }) do
      local got = vim.fn.getreg(register)
      assert(got:match("^é " .. placeholder .. " 😀\nmore\n?$"), register .. " holds " .. got)
    end
    equal(editor.bytes(buf), ("é %s 😀\nmore\n"):format(key), "the buffer")
  end)

  for action, name in pairs({ ["Not sensitive: allow aws-access-key-id on this line"] = "line", ["Not sensitive: allow this value in .scrubjay.yaml"] = "folder" }) do
    test("what is not sensitive is taken back: " .. name, function()
      local key = plant(editor.key())
      local text = ("a = '%s'\nb = 1\n"):format(key)
      local buf = editor.open(("undo_%s.py"):format(name), text)
      editor.diagnostics(buf, 1)
      editor.cursor(key)
      told(":Scrubjay undo", function()
        editor.act(action)
      end)
      editor.diagnostics(buf, 0)
      vim.cmd.Scrubjay("undo")
      editor.diagnostics(buf, 1)
      equal(editor.bytes(buf), text, "the buffer")
      told("nothing to take back", function()
        vim.cmd.Scrubjay("undo")
      end)
    end)
  end

  test("undo does not undo what was typed since", function()
    local key = plant(editor.key())
    local buf = editor.open("since.py", ("a = '%s'\n"):format(key))
    editor.diagnostics(buf, 1)
    editor.cursor(key)
    told(":Scrubjay undo", function()
      editor.act("Not sensitive: allow aws-access-key-id on this line")
    end)
    vim.api.nvim_buf_set_lines(buf, 0, 0, true, { "# typed" })
    local text = editor.bytes(buf)
    told("the text has changed since", function()
      vim.cmd.Scrubjay("undo")
    end)
    equal(editor.bytes(buf), text, "the buffer")
  end)

  test("a lens says what went out, and shows it", function()
    local key = plant(editor.key())
    local text = ("#\nfirst_line_of_code = 1\naws_key = '%s'\nthird_line_of_code = 3\nfourth_line_of_code = 4\n"):format(key)
    local buf = editor.open("lens.py", text)
    editor.diagnostics(buf, 1)
    ---@param word string
    local function lens(word)
      return editor.eventually("a lens with " .. word, function()
        return vim.iter(vim.lsp.codelens.get({ bufnr = buf })):find(function(l)
          return l.lens.command.title:find(word, 1, true)
        end)
      end)
    end
    lens("1 value is kept from AI: redact")
    holds(editor.ask("What does this do?\n" .. text), "200 ")
    assert(not editor.sent():find(key, 1, true), "the vendor got the value")
    local went = lens("went to anthropic").lens.command.title
    assert(went:match("^Lines 2%-5 went to anthropic at %d%d:%d%d, 1 value as a placeholder$"), went)
    holds(editor.shoot("lens"), "Lines 2-5 went to anthropic at ")
    editor.cursor("first_line")
    vim.lsp.codelens.run()
    editor.eventually("the exchange beside it", function()
      return #vim.api.nvim_list_wins() == 2 and #vim.api.nvim_buf_get_lines(0, 0, -1, true) > 3
    end)
    local shown = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
    holds(shown, "===== What the vendor got =====")
    local sent = shown:match("===== What the vendor got =====(.-)=====")
    assert(not sent:find(key, 1, true), "what the vendor got is shown with the value")
    equal(vim.bo.modifiable, false, "whether it can be changed")
    vim.cmd.close()
  end)

  test("what AI vendors would see stands beside the file, and follows it", function()
    local key = plant(editor.key())
    local buf = editor.open("seen.txt", ("key %s\n"):format(key))
    editor.diagnostics(buf, 1)
    editor.cursor(key)
    editor.act("Show what AI vendors would see")
    ---@param want string
    local function shows(want)
      editor.eventually("the view", function()
        return vim.iter(vim.api.nvim_list_bufs()):any(function(view)
          return vim.b[view].scrubjay_view ~= nil and vim.api.nvim_buf_get_lines(view, 0, 1, true)[1] == want
        end)
      end)
    end
    shows("key ‹AWS_KEY_ID›")
    editor.shoot("view")
    vim.api.nvim_buf_set_text(buf, 0, 0, 0, 3, { "the key" })
    shows("the key ‹AWS_KEY_ID›")
    vim.cmd.only({ bang = true })
  end)

  test("a completion comes from a model that got placeholders, with the value in it", function()
    if not vim.lsp.inline_completion then
      return -- Neovim 0.11
    end
    local key = plant(editor.key())
    local path = vim.fs.joinpath(vim.fn.getcwd(), "complete.py")
    vim.fn.writefile({ ("key = '%s'"):format(key), "" }, path)
    -- In insert mode nothing runs but what is typed: that takes an editor of its own.
    local init = vim.fs.joinpath(vim.fs.dirname(debug.getinfo(1, "S").source:sub(2)), "init.lua")
    local child = vim.fn.jobstart({ vim.env.NVIM, "--embed", "--headless", "-u", init, path }, { rpc = true })
    local ok, why = pcall(function()
      editor.eventually("the server attaches", function()
        return vim.rpcrequest(child, "nvim_exec_lua", "return #vim.lsp.get_clients({ bufnr = 0 }) > 0 and #vim.diagnostic.get(0) > 0", {})
      end)
      vim.rpcrequest(child, "nvim_input", "Gi")
      editor.eventually("the completion", function()
        return vim.rpcrequest(child, "nvim_exec_lua", "return vim.lsp.inline_completion.get()", {})
      end)
      editor.eventually("what was taken", function()
        return vim.rpcrequest(child, "nvim_buf_get_lines", 0, 1, 2, true)[1] == ("use(%s)"):format(key)
      end)
    end)
    vim.fn.jobstop(child)
    assert(ok, why)
    holds(editor.sent(), "/api/generate")
    assert(not editor.sent():find(key, 1, true), "the model got the value")
  end)

  test("scan fills the quickfix list with what is in files that nobody has open", function()
    local key = plant(editor.key())
    editor.open("open.txt", "nothing\n")
    vim.fn.writefile({ "key " .. key }, vim.fs.joinpath(vim.fn.getcwd(), "closed.txt"))
    told(" findings in ", function()
      vim.cmd.Scrubjay("scan")
    end)
    editor.eventually("the list", function()
      return vim.iter(vim.fn.getqflist()):any(function(item)
        return vim.endswith(vim.api.nvim_buf_get_name(item.bufnr), "closed.txt") and item.text:find("AWS access key id", 1, true) ~= nil
      end)
    end)
    editor.shoot("scan")
    vim.cmd.cclose()
  end)

  test("a person pauses once they have said yes, the status says so, and what is forbidden stops all the same", function()
    local key, card = plant(editor.key()), plant(editor.card())
    local buf = editor.open("pause.txt", ("key %s\ncard %s\n"):format(key, card))
    editor.diagnostics(buf, 2)
    local function says(word)
      editor.eventually(word, function()
        return require("scrubjay").statusline():find(word, 1, true)
      end)
    end
    local confirm, asked, answer = vim.fn.confirm, {}, 2
    vim.fn.confirm = function(question)
      asked[#asked + 1] = question
      return answer
    end
    told("nothing is paused: your organisation does not let scrubbing be paused", function()
      vim.cmd.Scrubjay("pause")
    end)
    equal(asked, {}, "what was asked")

    editor.push("forbid", "delegate: [pause]")
    editor.eventually("the policy", function()
      local _, any = require("scrubjay.status").get(0)
      return any and not any.policy.pause_refused
    end)
    vim.cmd.Scrubjay("pause")
    holds(asked[1], "Let AI vendors see what is sensitive, for ten minutes?")
    says("Protected: requests with this file stop")
    answer = 1
    told("not protected for ten minutes", function()
      vim.cmd.Scrubjay("pause")
    end)
    says("Not protected: paused until ")
    holds(table.concat(require("scrubjay.status").describe(), "\n"), "Not protected: paused until ")
    editor.ask({ { type = "text", text = "pausing, my key is " .. key } })
    holds(editor.sent(), "pausing, my key is " .. key)
    holds(editor.ask({ { type = "text", text = "my card is " .. card } }), "403 ")
    assert(not editor.sent():find(card, 1, true), "what is forbidden went")

    told("requests are scrubbed again", function()
      vim.cmd.Scrubjay("resume")
    end)
    says("Protected: requests with this file stop")
    told("nothing was paused", function()
      vim.cmd.Scrubjay("resume")
    end)
    editor.ask({ { type = "text", text = "resumed, my key is " .. key } })
    assert(editor.sent():find("resumed, my key is AWS_KEY_ID_", 1, true), "it is not scrubbed again")
    vim.fn.confirm = confirm
    editor.push("allow")
    says("Protected: ")
  end)

  for _, name in ipairs({ "tokens.env", "tokens.txt" }) do
    test("what is sensitive can be given a look of its own, and has none: " .. name, function()
      local key = plant(editor.key())
      local buf = editor.open(name, ("# é\nKEY=%s\n"):format(key))
      editor.diagnostics(buf, 1)
      local function at(column)
        vim.cmd.redraw({ bang = true }) -- they are drawn where a window shows them
        return vim.iter(vim.inspect_pos(buf, 1, column).semantic_tokens):map(function(token)
          return token.opts.hl_group
        end):totable()
      end
      local groups = editor.eventually("the token", function()
        local all = at(4)
        return #all > 0 and all
      end)
      local suffix = "." .. vim.bo[buf].filetype -- without one of its own a group looks as that without the suffix
      table.sort(groups)
      -- Neovim asks for the window and for the whole, and may draw both.
      equal(vim.fn.uniq(groups), { "@lsp.mod.sensitive" .. suffix, "@lsp.type.value" .. suffix, "@lsp.typemod.value.sensitive" .. suffix }, "the groups")
      for _, group in ipairs(groups) do
        equal(vim.api.nvim_get_hl(0, { name = group }), {}, "the look of " .. group)
        equal(vim.api.nvim_get_hl(0, { name = group:sub(1, -1 - #suffix) }), {}, "the look of " .. group .. " anywhere")
      end
      equal(at(2), {}, "the tokens before it")
      assert(#at(4 + #key - 1) > 0 and #at(4 + #key) == 0, "the token does not end with the value")
    end)
  end

  test("the command alone is the status, the console is a terminal, and a word that is none is refused", function()
    editor.open("words.txt", "nothing\n")
    told("proxy: listens on", function()
      vim.cmd.Scrubjay()
    end)
    vim.cmd.Scrubjay("console")
    equal(vim.bo.buftype, "terminal", "the console's buffer")
    holds(vim.b.term_title, "scrubjay console")
    vim.cmd.bwipeout({ bang = true })
    told("there is no :Scrubjay nonsense: use one of console, log, paste", function()
      vim.cmd.Scrubjay("nonsense")
    end)
  end)

  test("the help has every setting and every command", function()
    local help = table.concat(vim.fn.readfile(vim.api.nvim_get_runtime_file("doc/scrubjay.txt", false)[1]), "\n")
    ---@param given table
    local function settings(given)
      for key, value in pairs(given) do
        holds(help, key .. " = ")
        if type(value) == "table" and not vim.islist(value) then
          settings(value)
        end
      end
    end
    settings(require("scrubjay.config").defaults)
    for _, command in ipairs(require("scrubjay").complete("")) do
      assert(help:find("\n:Scrubjay " .. command .. " ", 1, true), ":Scrubjay " .. command .. " is not in the help")
    end
  end)
end
