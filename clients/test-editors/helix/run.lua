-- The tests in a real Helix. It runs in a terminal of this Neovim, which types what a person would and reads the screen.
--
-- nvim --clean --headless +'luafile run.lua', in an empty folder and with directories of its own; run.sh does that.

local here = vim.fs.dirname(debug.getinfo(1, "S").source:sub(2))
local editor = dofile(vim.fs.joinpath(here, "../../neovim/test/editor.lua"))

vim.o.columns, vim.o.lines = 110, 30

---@type string[] every value that must not be written anywhere but into its own file
local planted = {}

---@return string
local function key()
  planted[#planted + 1] = editor.key()
  return planted[#planted]
end

---@type { job: integer, buf: integer, file: string } the Helix that runs
local helix

---@return string
local function screen()
  return table.concat(vim.api.nvim_buf_get_lines(helix.buf, 0, -1, true), "\n")
end

--- Waits until the screen has a text.
---@param pattern string
---@return string the match
local function sees(pattern)
  return editor.eventually(pattern, function()
    return screen():match(pattern)
  end)
end

--- Waits until the screen has lost a text.
---@param text string
local function lost(text)
  editor.eventually("the end of " .. text, function()
    return not screen():find(text, 1, true)
  end)
end

---@param keys string
local function type_keys(keys)
  vim.api.nvim_chan_send(helix.job, keys)
end

---@param file string
---@return string
local function bytes(file)
  return assert(io.open(file, "rb")):read("*a")
end

--- Opens a new file with exactly these bytes.
---@param file string
---@param text string
local function open(file, text)
  assert(io.open(file, "wb")):write(text):close()
  vim.cmd.enew({ bang = true })
  local job = vim.fn.jobstart({ vim.env.HELIX, file }, { term = true, env = { TERM = "xterm-256color" } })
  helix = { job = job, buf = vim.api.nvim_get_current_buf(), file = file }
  -- What is typed before it listens is lost.
  editor.eventually("the cursor moves", function()
    type_keys("l")
    return screen():find("NOR") and not screen():find("sel%s+1:1%s")
  end)
end

--- Goes to a text, by Helix's own search.
---@param text string
local function go(text)
  type_keys("gg/" .. text .. "\r")
end

--- Does the code action at the cursor whose title begins so. The list opens with its first entry chosen.
---@param title string
local function act(title)
  type_keys(" a")
  sees(vim.pesc(title))
  local first
  for line in vim.gsplit(screen(), "\n", { plain = true }) do
    for _, known in ipairs({ "Redact", "Restore", "Not sensitive" }) do
      first = first or line:match("%s%s(" .. known .. "[^\n]*)")
    end
  end
  assert(vim.startswith(first, title), "the first action is " .. first)
  type_keys("\r")
  lost(title)
end

--- Saves, and waits until the file has exactly these bytes.
---@param want string
local function save(want)
  type_keys(":w\r")
  editor.eventually(("%q in the file"):format(want), function()
    local file = io.open(helix.file, "rb") -- it is away for a moment: Helix puts another in its place
    return file and file:read("*a") == want
  end)
end

---@type { [1]: string, [2]: fun() }[]
local tests = {
  {
    "a finding is shown, redacted, saved as a placeholder and restored, every other byte as it was",
    function()
      local value = key()
      local text = ("x = 'é%s' # 😀\r\ny = 1\r\n"):format(value)
      open("redact.py", text)
      sees("AWS access key id: AI gets a placeholder")
      editor.shoot("helix-finding")
      go(value:sub(1, 8))
      act("Redact: AWS access key id")
      local name = sees("REDACTED_AWS_KEY_ID_%w+")
      lost("AI gets a placeholder")
      save((text:gsub(value, name)))
      go("REDACTED")
      act("Restore " .. name)
      sees("AI gets a placeholder")
      save(text)
    end,
  },
  {
    "in a text without a language of its own, too, and undo brings back what was",
    function()
      local value = key()
      local text = ("first %s 😀\n"):format(value)
      open("plain.txt", text)
      sees("AWS access key id: AI gets a placeholder")
      go(value:sub(1, 8))
      act("Redact: AWS access key id")
      local name = sees("REDACTED_AWS_KEY_ID_%w+")
      save((text:gsub(value, name)))
      type_keys("u")
      sees(value)
    end,
  },
  {
    "no value stands in a log or in the state",
    function()
      local searched = 0
      for _, directory in ipairs({ vim.env.SCRUBJAY_STATE, vim.env.XDG_CACHE_HOME, vim.env.XDG_STATE_HOME }) do
        for name, kind in vim.fs.dir(directory, { depth = 20 }) do
          if kind == "file" then
            searched = searched + 1
            local content = bytes(vim.fs.joinpath(directory, name))
            for _, value in ipairs(planted) do
              assert(not content:find(value, 1, true), "a value stands in " .. name)
            end
          end
        end
      end
      assert(searched > 1, "there is no file to search: the test looks in the wrong place")
    end,
  },
}

local failed = 0
for _, t in ipairs(tests) do
  local ok, why = xpcall(t[2], debug.traceback)
  io.stdout:write(("%s helix: %s\n"):format(ok and "ok" or "FAIL", t[1]))
  if not ok then
    failed = failed + 1
    io.stdout:write("  " .. tostring(why):gsub("\n", "\n  ") .. "\n  " .. screen():gsub("\n", "\n  ") .. "\n")
  end
  if helix then
    vim.fn.jobstop(helix.job)
    vim.fn.jobwait({ helix.job }, 5000)
  end
end
io.stdout:write(("%d passed, %d failed\n"):format(#tests - failed, failed))
vim.cmd(failed == 0 and "qall!" or "cquit!")
