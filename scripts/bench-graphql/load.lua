-- wrk: sends a template with its marks filled in. Arguments: template, seed, file of values, token ("" for none).
-- The file of values has a line MARK<tab>value per value; %NUM% and %KEY% are made here.
local parts, marks, values, run, count = {}, {}, {}, "", 0
function init(args)
  math.randomseed(tonumber(args[2]))
  run = args[2]
  for line in io.lines(args[3]) do
    local mark, value = line:match("^(%u+)\t(.*)$")
    values[mark] = values[mark] or {}
    table.insert(values[mark], value)
  end
  local file = assert(io.open(args[1], "rb"))
  local text, from = file:read("*a"), 1
  file:close()
  while true do
    local first, last, mark = text:find("%%(%u+)%%", from)
    table.insert(parts, text:sub(from, (first or 0) - 1))
    if not first then break end
    marks[#parts], from = mark, last + 1
  end
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Accept"] = "application/json"
  if args[4] and args[4] ~= "" then wrk.headers["Authorization"] = "Bearer " .. args[4] end
end
function request()
  local out = {}
  count = count + 1
  for at, part in ipairs(parts) do
    table.insert(out, part)
    local mark = marks[at]
    if mark == "NUM" then table.insert(out, tostring(math.random(1, 1000000)))
    elseif mark == "KEY" then table.insert(out, run .. "-" .. count)
    elseif mark then table.insert(out, values[mark][math.random(#values[mark])]) end
  end
  return wrk.format(nil, nil, nil, table.concat(out))
end
