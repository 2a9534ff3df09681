-- Looking through the folder: the server shows what is in files that nobody has open, and the quickfix list has it all.

local notify = require("scrubjay.notify")

local M = {}

local title = "Scrubjay"
local group = vim.api.nvim_create_augroup("scrubjay.scan", { clear = true })

---@param client integer
---@param open boolean
local function list(client, open)
  vim.diagnostic.setqflist({ title = title, open = open, namespace = vim.lsp.diagnostic.get_namespace(client) })
end

--- The findings come beside the word that it is over: the list is kept up to date as long as it is the latest.
---@param client integer
local function follow(client)
  local due = false
  vim.api.nvim_create_autocmd("DiagnosticChanged", {
    group = group,
    callback = function()
      if vim.fn.getqflist({ title = 0 }).title ~= title then
        return true
      end
      if not due then
        due = true
        vim.schedule(function()
          due = false
          list(client, false)
        end)
      end
    end,
  })
end

function M.start()
  local client = vim.lsp.get_clients({ name = "scrubjay", bufnr = 0 })[1] or vim.lsp.get_clients({ name = "scrubjay" })[1]
  if not client then
    return notify("no server is running, so nothing was looked through: see :checkhealth scrubjay", vim.log.levels.WARN)
  end
  vim.api.nvim_clear_autocmds({ group = group })
  vim.api.nvim_create_autocmd("LspProgress", {
    group = group,
    pattern = "end",
    callback = function(args)
      if args.data.client_id ~= client.id or not vim.startswith(tostring(args.data.params.token), "scrubjay-scan-") then
        return
      end
      notify(args.data.params.value.message)
      list(client.id, true)
      follow(client.id)
      return true
    end,
  })
  client:exec_cmd({ title = "Scan", command = "scrubjay.scanWorkspace", arguments = { { uri = vim.uri_from_fname(client.root_dir or vim.fn.getcwd()) } } })
end

return M
