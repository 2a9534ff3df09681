-- The configuration of the Neovim under test: the plugin, the server to test, and nothing else.
local plugin = vim.fs.dirname(vim.fs.dirname(debug.getinfo(1, "S").source:sub(2)))
vim.opt.runtimepath:append(plugin)
vim.opt.swapfile = false
vim.opt.shadafile = "NONE"
vim.opt.fixendofline = false
vim.opt.columns = 110
vim.opt.lines = 30
vim.opt.laststatus = 2
vim.opt.statusline = "%f %m%=%{v:lua.require'scrubjay'.statusline()} %l:%c"
vim.diagnostic.config({ virtual_text = true })
-- A clipboard of its own: the machine has none, or has a person's.
local clipboard = {}
local function copy(lines)
  clipboard = lines
end
vim.g.clipboard = {
  name = "test",
  copy = { ["+"] = copy, ["*"] = copy },
  paste = {
    ["+"] = function()
      return clipboard
    end,
    ["*"] = function()
      return clipboard
    end,
  },
}
require("scrubjay").setup({ cmd = { vim.env.SCRUBJAY_BIN, "lsp" }, inline_completion = true })
