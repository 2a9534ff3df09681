-- A pause of scrubbing. Only a person begins one: the question is asked each time, whoever ran the command.

local notify = require("scrubjay.notify")

local M = {}

--- Asks the server for something, and hands on its answer or says why there is none.
---@param method string
---@param refused string
---@param answered fun(answer: table)
local function ask(method, refused, answered)
  local client = vim.lsp.get_clients({ name = "scrubjay" })[1]
  if not client then
    return notify(refused .. ": the server is not running", vim.log.levels.WARN)
  end
  client:request(method, vim.empty_dict(), function(err, answer)
    if err then
      return notify(("%s: %s"):format(refused, err.message), vim.log.levels.WARN)
    end
    answered(answer)
  end)
end

function M.begin()
  local _, status = require("scrubjay.status").get(0)
  if status and status.policy.pause_refused then
    return notify("nothing is paused: " .. status.policy.pause_refused, vim.log.levels.WARN)
  end
  local question = "Let AI vendors see what is sensitive, for ten minutes?\n"
    .. "Secrets and personal data in what assistants send leave this machine as they are.\n"
    .. "What policy forbids still stops, and the ledger has each exchange."
  if vim.fn.confirm(question, "&Pause for ten minutes\n&Cancel", 2, "Warning") ~= 1 then
    return
  end
  ask("scrubjay/pause", "nothing is paused", function()
    notify("not protected for ten minutes. End it: :Scrubjay resume", vim.log.levels.WARN)
  end)
end

function M.resume()
  ask("scrubjay/resume", "nothing is resumed, but scrubjay resume in a terminal does it", function(answer)
    notify(answer.was_paused and "requests are scrubbed again" or "nothing was paused")
  end)
end

return M
