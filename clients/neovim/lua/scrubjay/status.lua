-- What the server says with scrubjay/status: per buffer, and of proxy, policy and daemon. The server's side
-- is documented in its package internal/lsp.

---@class (exact) scrubjay.Status
---@field uri? string the file it speaks of
---@field classes table<string, integer> how many findings are shown of each class
---@field verdict "allow"|"scrub"|"forbid" the strictest on them
---@field unscanned? string why the file is not scanned
---@field proxy { listen?: string, error?: string }
---@field policy { revision: string, refused?: string, outdated?: string }
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

---@param classes table<string, integer>
---@return string "2 credential, 1 pii", the most frequent first; empty if there is none
local function counts(classes)
  local names = vim.tbl_keys(classes)
  table.sort(names, function(a, b)
    if classes[a] ~= classes[b] then
      return classes[a] > classes[b]
    end
    return a < b
  end)
  return vim
    .iter(names)
    :map(function(name)
      return ("%d %s"):format(classes[name], name)
    end)
    :join(", ")
end

--- line is for the statusline of a buffer: "scrubjay: 2 credential (scrub)". It is empty where the server
--- has nothing to say.
---@param buf? integer
---@return string
function M.line(buf)
  local status, any = M.get(buf or 0)
  local trouble = any and (any.daemon or any.proxy.error or any.policy.refused or any.policy.outdated) and " !" or ""
  if not status then
    return ""
  end
  if status.unscanned then
    return "scrubjay: not scanned" .. trouble
  end
  local found = counts(status.classes)
  if found == "" then
    return "scrubjay" .. trouble
  end
  return ("scrubjay: %s (%s)%s"):format(found, status.verdict, trouble)
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
  if not status then
    add("this buffer is not scanned: it is no file that the server was given")
  elseif status.unscanned then
    add("this file is not scanned: %s", status.unscanned)
  else
    local found = counts(status.classes)
    add("this file: %s", found == "" and "nothing sensitive" or ("%s, %s"):format(found, status.verdict))
  end
  if any.daemon then
    add("daemon: %s", any.daemon)
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
    add("policy: the newest was not taken: %s", any.policy.refused)
  end
  if any.policy.outdated then
    add("policy: scrubjay is older than %s, which it asks for: nothing goes to public providers", any.policy.outdated)
  end
  if any.exchange then
    add("latest request: %s", any.exchange.text)
  end
  return lines
end

return M
