--- Tells the person something.
---@param text string
---@param level? integer
return function(text, level)
  vim.notify("scrubjay: " .. text, level or vim.log.levels.INFO)
end
