-- :checkhealth scrubjay says what is missing and what to do about it.

local M = {}

local function check_program()
  local config = vim.lsp.config.scrubjay
  local cmd = config and config.cmd
  if type(cmd) ~= "table" then
    return vim.health.error("nothing says how to start the server", { 'call require("scrubjay").setup()' })
  end
  if vim.fn.executable(cmd[1]) == 0 then
    return vim.health.error(cmd[1] .. " is not a program that can be run", {
      "install scrubjay so that it is on PATH",
      'or say where it is: require("scrubjay").setup({ cmd = { "/where/it/is/scrubjay", "lsp" } })',
    })
  end
  local ok, run = pcall(function()
    return vim.system({ cmd[1], "version" }, { text = true, timeout = 10000 }):wait()
  end)
  local version = ok and run.code == 0 and vim.trim(run.stdout) or ""
  if not vim.startswith(version, "scrubjay") then
    return vim.health.error(cmd[1] .. " does not start, or is not scrubjay", { "run " .. cmd[1] .. " version in a terminal to see why" })
  end
  vim.health.ok(("%s (%s)"):format(version, vim.fn.exepath(cmd[1])))
end

local function check_server()
  local clients = vim.lsp.get_clients({ name = "scrubjay" })
  if #clients == 0 then
    local advice = vim.lsp.is_enabled("scrubjay") and "open a file; if it still does not run, :Scrubjay log says why"
      or 'call require("scrubjay").setup()'
    return vim.health.warn("the server is not running", { advice })
  end
  for _, client in ipairs(clients) do
    local count = vim.tbl_count(client.attached_buffers)
    vim.health.ok(("the server is running, for %d %s"):format(count, count == 1 and "buffer" or "buffers"))
  end
end

local function check_state()
  local _, status = require("scrubjay.status").get(0)
  if not status then
    return
  end
  if status.daemon then
    vim.health.error(status.daemon, { "run scrubjay doctor in a terminal" })
  end
  if status.proxy.error then
    vim.health.warn("the proxy does not listen: " .. status.proxy.error, { "run scrubjay doctor in a terminal" })
  elseif status.proxy.listen then
    vim.health.ok("the proxy listens on " .. status.proxy.listen)
  end
  if status.policy.refused then
    vim.health.warn("the newest policy was not taken: " .. status.policy.refused, { "run scrubjay policy status in a terminal" })
  end
  if status.policy.outdated then
    vim.health.warn("scrubjay is older than " .. status.policy.outdated .. ", which the policy asks for", { "install a newer version, then run scrubjay stop in a terminal" })
  end
  if status.policy.revision ~= "" then
    vim.health.ok("policy " .. status.policy.revision .. " is in force")
  end
end

function M.check()
  vim.health.start("scrubjay")
  if vim.fn.has("nvim-0.11") == 0 then
    return vim.health.error("Neovim is older than 0.11", { "update Neovim" })
  end
  check_program()
  check_server()
  check_state()
end

return M
