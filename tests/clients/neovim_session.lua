-- Driven by test_server_neovim.py: FILE is opened, fixed by the first action, and written.
local said = io.open(vim.env.TRANSCRIPT, "w")

local function say(label, value)
  said:write(label, ": ", type(value) == "string" and value or vim.inspect(value), "\n")
  said:flush()
end

local function await(what, condition)
  if not vim.wait(60000, condition, 20) then
    say("gave up", what)
    vim.cmd("cquit 1")
  end
end

vim.cmd("edit " .. vim.fn.fnameescape(vim.env.FILE))
vim.bo.filetype = "python"
local root = vim.fn.fnamemodify(vim.env.FILE, ":h")
local config = { name = "lint-exitstack", cmd = vim.split(vim.env.SERVER, "\n"), root_dir = root }
if vim.lsp.start then
  vim.lsp.start(config)
else
  vim.lsp.buf_attach_client(0, vim.lsp.start_client(config))
end

local function diagnostics()
  return vim.diagnostic.get(0)
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

await("diagnostics", function() return #diagnostics() > 0 end)
for _, found in ipairs(diagnostics()) do
  local place = string.format("%d:%d", found.lnum + 1, found.col + 1)
  say("diagnostic", table.concat({ place, found.source, found.code, found.message }, " "))
end

-- The menu of actions, in which the first one is picked.
local before = table.concat(lines(), "\n")
vim.ui.select = function(items, options, choose)
  for _, item in ipairs(items) do
    say("action", options.format_item(item))
  end
  choose(items[1], 1)
end
vim.api.nvim_win_set_cursor(0, { tonumber(vim.env.LINE), 4 })
vim.lsp.buf.code_action()
await("the fix", function() return table.concat(lines(), "\n") ~= before end)
await("the diagnostic to go", function() return #diagnostics() == tonumber(vim.env.LEFT) end)
for _, line in ipairs(lines()) do
  say("line", line)
end
vim.cmd("write")
said:close()
vim.cmd("qall!")
