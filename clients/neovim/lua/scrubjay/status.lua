-- What the server says with scrubjay/status: per buffer, and of proxy, policy and daemon. The server's side
-- is documented in its package internal/lsp.

---@class (exact) scrubjay.Status
---@field uri? string the file it speaks of
---@field headline { protected: boolean, text: string, why?: string } the one thing to know
---@field classes table<string, integer> how many findings are shown of each class
---@field verdict "allow"|"scrub"|"forbid" the strictest on them
---@field unscanned? string why the file is not scanned
---@field proxy { listen?: string, error?: string }
---@field policy { revision: string, refused?: string, outdated?: string, pause_refused?: string }
---@field daemon? string what is wrong with the daemon
---@field exchange? { text: string } the proxy's latest request

local M = {}

---@class (exact) scrubjay.Said
---@field client integer
---@field status scrubjay.Status

---@type table<string, scrubjay.Said> by URI
local of_file = {}

---@type scrubjay.Said?
local newest

---@param status scrubjay.Status
---@param client integer
function M.receive(status, client)
  newest = { client = client, status = status }
  if status.uri then
    of_file[status.uri] = newest
  end
  vim.api.nvim_exec_autocmds("User", { pattern = "ScrubjayStatus", modeline = false })
  vim.cmd.redrawstatus({ bang = true })
end

---@param buf integer
function M.forget(buf)
  of_file[vim.uri_from_bufnr(buf)] = nil
end

--- forget_client is for a server that has ended: what it said is no longer known.
---@param client integer
function M.forget_client(client)
  for uri, said in pairs(of_file) do
    if said.client == client then
      of_file[uri] = nil
    end
  end
  if newest and newest.client == client then
    newest = nil
  end
  vim.cmd.redrawstatus({ bang = true })
end

---@param buf integer 0 is the current one
---@return scrubjay.Status? of the file
---@return scrubjay.Status? newest the latest of any, for proxy and policy
function M.get(buf)
  local said = of_file[vim.uri_from_bufnr(buf)]
  return said and said.status, newest and newest.status
end

--- line is for the statusline of a buffer: "scrubjay: Protected: nothing sensitive here". It is empty where the server
--- has nothing to say.
---@param buf? integer
---@return string
function M.line(buf)
  local status = M.get(buf or 0)
  return status and "scrubjay: " .. status.headline.text or ""
end

--- describe is everything that is known, a line each.
---@param buf? integer
---@return string[]
function M.describe(buf)
  local status, any = M.get(buf or 0)
  if not any then
    return { "scrubjay has said nothing yet: is the server running? see :checkhealth scrubjay" }
  end
  local lines = {}
  ---@param text string
  ---@param ... any
  local function add(text, ...)
    lines[#lines + 1] = text:format(...)
  end
  local headline = (status or any).headline
  add("%s", headline.text)
  if headline.why then
    add("  %s", headline.why)
  end
  if not status then
    add("this buffer is not watched: it is no file that the server was given")
  end
  if any.proxy.error then
    add("proxy: does not listen: %s", any.proxy.error)
  elseif any.proxy.listen then
    add("proxy: listens on %s", any.proxy.listen)
  end
  if any.policy.revision ~= "" then
    add("policy: %s", any.policy.revision)
  end
  if any.policy.refused then
    add("policy: a newer one was not taken: %s", any.policy.refused)
  end
  if any.exchange then
    add("latest request: %s", any.exchange.text)
  end
  return lines
end

return M
