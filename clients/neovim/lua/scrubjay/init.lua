-- Scrubjay for Neovim: starts the language server through vim.lsp, keeps what it says of the buffers, and
-- has the command :Scrubjay. Diagnostics, code actions and hovers are Neovim's own.

local notify = require("scrubjay.notify")

local M = {}

local name = "scrubjay"
local redact_all_kind = "source.fixAll.scrubjay"

--- How many milliseconds a server may take to end before it is ended.
local patience = 3000

--- Neovim starts servers when a buffer gets its filetype. One that has none is a file all the same.
---@param buf integer
local function attach_plain(buf)
  if
    not vim.api.nvim_buf_is_loaded(buf)
    or vim.bo[buf].filetype ~= ""
    or vim.bo[buf].buftype ~= ""
    or vim.api.nvim_buf_get_name(buf) == ""
    or not vim.lsp.is_enabled(name)
  then
    return
  end
  local config = vim.deepcopy(vim.lsp.config[name])
  config.root_dir = config.root_dir or vim.fs.root(buf, config.root_markers or {})
  vim.lsp.start(config, { bufnr = buf, reuse_client = config.reuse_client, silent = true })
end

--- Switches on what Neovim does not show by itself. It does so for a buffer, not for one server of it.
---@param buf integer
local function show_more(buf)
  local config = require("scrubjay.config").current
  if config.lenses and vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = buf })
  elseif config.lenses then
    vim.lsp.codelens.refresh({ bufnr = buf }) -- 0.11 draws them when it is told to
  end
  if config.inline_completion and vim.lsp.inline_completion then
    vim.lsp.inline_completion.enable(true, { bufnr = buf })
  end
end

--- setup starts the server where there are files. It can be called again, with other settings.
---@param given? table see scrubjay.Config
function M.setup(given)
  if vim.fn.has("nvim-0.11") == 0 then
    notify("Neovim 0.11 or newer is needed and this is " .. tostring(vim.version()) .. ": update Neovim", vim.log.levels.ERROR)
    return
  end
  local config = require("scrubjay.config").resolve(given)
  require("scrubjay.config").current = config
  require("scrubjay.paste").wrap()
  vim.lsp.config(name, {
    cmd = config.cmd,
    init_options = vim.tbl_extend("error", config.settings, { status = true, offers = require("scrubjay.answers").offers }),
    settings = { scrubjay = config.settings },
  })
  if vim.fn.exists(":Scrubjay") == 0 then -- a plugin manager that found the directory too late
    vim.cmd.runtime("plugin/scrubjay.lua")
  end
  local group = vim.api.nvim_create_augroup("scrubjay", { clear = true })
  vim.api.nvim_create_autocmd({ "BufDelete", "BufWipeout" }, {
    group = group,
    callback = function(args)
      require("scrubjay.status").forget(args.buf)
    end,
  })
  vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile", "BufFilePost" }, {
    group = group,
    callback = function(args)
      vim.schedule(function() -- the filetype comes by an event of its own
        attach_plain(args.buf)
      end)
    end,
  })
  vim.api.nvim_create_autocmd("LspAttach", {
    group = group,
    callback = function(args)
      local client = vim.lsp.get_client_by_id(args.data.client_id)
      if client and client.name == name then
        show_more(args.buf)
      end
    end,
  })
  if config.lenses and not vim.lsp.codelens.enable then
    vim.api.nvim_create_autocmd({ "BufEnter", "TextChanged", "InsertLeave", "CursorHold" }, {
      group = group,
      callback = function(args)
        if #vim.lsp.get_clients({ name = name, bufnr = args.buf, method = "textDocument/codeLens" }) > 0 then
          show_more(args.buf)
        end
      end,
    })
  end
  vim.lsp.enable(name)
  vim.iter(vim.api.nvim_list_bufs()):each(attach_plain)
end

---@param buf? integer
---@return string for the statusline
function M.statusline(buf)
  return require("scrubjay.status").line(buf)
end

--- Redacts every finding of the current buffer's file.
local function redact_all()
  if #vim.lsp.get_clients({ name = name, bufnr = 0 }) == 0 then
    return notify("no server is attached to this buffer, so it is as it was: see :checkhealth scrubjay", vim.log.levels.WARN)
  end
  vim.lsp.buf.code_action({ context = { only = { redact_all_kind }, diagnostics = {} }, apply = true })
end

local function show_status()
  notify(table.concat(require("scrubjay.status").describe(), "\n"))
end

--- The program's own page, in a terminal: it says where the page is.
local function console()
  local program = require("scrubjay.config").current.cmd[1]
  if vim.fn.executable(program) == 0 then
    return notify(program .. " is not a program that can be run: see :checkhealth scrubjay", vim.log.levels.ERROR)
  end
  vim.cmd.new({ range = { 12 }, mods = { split = "botright" } })
  vim.fn.jobstart({ program, "console" }, { term = true })
  vim.b.term_title = program .. " console"
end

--- The log of all of Neovim's language servers; what this one writes to its standard error is in there.
local function show_log()
  vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.log.get_filename()))
end

local function restart()
  local clients = vim.lsp.get_clients({ name = name })
  for _, client in ipairs(clients) do
    for buf in pairs(client.attached_buffers) do
      vim.lsp.buf_detach_client(buf, client.id) -- or Neovim goes on asking while it ends, and shows the refusal
    end
    client:stop()
  end
  local function ended()
    return vim.iter(clients):all(function(client)
      return vim.lsp.get_client_by_id(client.id) == nil
    end)
  end
  if not vim.wait(patience, ended, 20) then
    for _, client in ipairs(clients) do
      client:stop(true)
    end
    vim.wait(patience, ended, 20)
  end
  for _, client in ipairs(clients) do
    for _, pulled in ipairs({ true, false }) do
      vim.diagnostic.reset(vim.lsp.diagnostic.get_namespace(client.id, pulled)) -- an answer may have come late
    end
  end
  vim.lsp.enable(name) -- starts it again in the buffers that there are
  vim.iter(vim.api.nvim_list_bufs()):each(attach_plain)
  notify(#clients == 0 and "started" or "restarted")
end

---@type table<string, fun()>
local commands = {
  console = console,
  log = show_log,
  paste = function()
    require("scrubjay.paste").original()
  end,
  pause = function()
    require("scrubjay.pause").begin()
  end,
  redact_all = redact_all,
  restart = restart,
  resume = function()
    require("scrubjay.pause").resume()
  end,
  scan = function()
    require("scrubjay.scan").start()
  end,
  status = show_status,
  undo = function()
    require("scrubjay.answers").undo()
  end,
}

---@param args vim.api.keyset.create_user_command.command_args
function M.command(args)
  local command = commands[args.args == "" and "status" or args.args]
  if not command then
    return notify(("there is no :Scrubjay %s: use one of %s"):format(args.args, table.concat(M.complete(""), ", ")), vim.log.levels.ERROR)
  end
  command()
end

---@param lead string
---@return string[]
function M.complete(lead)
  local names = vim.tbl_filter(function(command)
    return vim.startswith(command, lead)
  end, vim.tbl_keys(commands))
  table.sort(names)
  return names
end

return M
