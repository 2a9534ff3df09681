-- The settings of setup(), with what holds without it.

---@class (exact) scrubjay.Config
---@field cmd string[] the server and its arguments
---@field redact_on_paste boolean what is pasted comes with placeholders
---@field lenses boolean lines above the text say how sensitive it is and what of it went out
---@field inline_completion boolean the model of the setting completion offers what comes next; Neovim 0.12
---@field settings scrubjay.Settings what the server is told

---@class (exact) scrubjay.Settings
---@field rules scrubjay.Rules
---@field allow scrubjay.Allow[] what is not sensitive; every field that is set must match
---@field destinations string[] the providers that findings are judged for; empty means all public ones
---@field redactOnSave boolean a file is redacted whenever it is saved

---@class (exact) scrubjay.Rules
---@field disable string[] rules whose findings are not shown

---@class (exact) scrubjay.Allow
---@field rule? string
---@field path? string a pattern, as in .gitignore
---@field fingerprint? string by the salt of the repository
---@field reason? string
---@field until? string the last day on which this holds

local M = {}

---@type scrubjay.Config
M.defaults = {
  cmd = { "scrubjay", "lsp" },
  redact_on_paste = true,
  lenses = true,
  inline_completion = false,
  settings = {
    rules = { disable = {} },
    allow = {},
    destinations = {},
    redactOnSave = false,
  },
}

--- What holds now.
---@type scrubjay.Config
M.current = M.defaults

-- Each setting's type, by its name with dots.
local types = {
  cmd = "table",
  redact_on_paste = "boolean",
  lenses = "boolean",
  inline_completion = "boolean",
  settings = "table",
  ["settings.rules"] = "table",
  ["settings.rules.disable"] = "table",
  ["settings.allow"] = "table",
  ["settings.destinations"] = "table",
  ["settings.redactOnSave"] = "boolean",
}

---@param given table
---@param prefix string
local function check(given, prefix)
  for key, value in pairs(given) do
    local name = prefix .. tostring(key)
    local wanted = types[name]
    if not wanted then
      error(("scrubjay: there is no setting %s: see :help scrubjay-setup"):format(name), 0)
    end
    if type(value) ~= wanted then
      error(("scrubjay: the setting %s is a %s and should be a %s: see :help scrubjay-setup"):format(name, type(value), wanted), 0)
    end
    if wanted == "table" and not vim.islist(value) then
      check(value, name .. ".")
    end
  end
end

--- resolve puts the person's settings over the defaults. A setting that does not exist is an error: it
--- would be silently ignored otherwise.
---@param given? table
---@return scrubjay.Config
function M.resolve(given)
  given = given or {}
  check(given, "")
  return vim.tbl_deep_extend("force", M.defaults, given)
end

return M
