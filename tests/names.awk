# SPDX-License-Identifier: GPL-2.0-or-later
# Over all sources and headers, each FILE:LINE:TEXT that is against one of these: a header
# declares the functions of its own source only; a type of a header has its name alone; no
# static function is named as a public one of another file.
function remember(kind, name) {
	if (!((kind, name) in file))
		file[kind, name] = FILENAME
	count++
	what[count] = kind
	named[count] = name
	at[count] = FILENAME
	line[count] = FILENAME ":" FNR ":" $0
}

function against(i, why) {
	print line[i] ": " why
	bad = 1
}

FNR == 1 { open = "" }
/^(struct|enum|union) [a-z_0-9]+ \{/ { remember(FILENAME ~ /\.h$/ ? "shared" : "type", $2) }
# What starts here is a function's definition if its body comes before a semicolon.
/^[a-z]/ && !/^(typedef|extern)/ && match($0, /[A-Za-z_0-9]+\(/) {
	name = substr($0, RSTART, RLENGTH - 1)
	if ($0 ~ /^static/)
		remember("static", name)
	else if (FILENAME ~ /\.h$/)
		remember("declared", name)
	else
		open = name
}
/;$/ { open = "" }
/^\{/ && open != "" {
	if (open != "main")
		remember("defined", open)
	open = ""
}

END {
	for (i = 1; i <= count; i++) {
		own = at[i]
		sub(/\.h$/, ".c", own)
		from = file["defined", named[i]]
		if (what[i] == "declared" && from != "" && from != own)
			against(i, "is of " from ", and belongs into its header")
		if (what[i] == "static" && from != "" && from != at[i])
			against(i, "has the name of a function of " from)
		from = file["shared", named[i]]
		if ((what[i] == "type" || what[i] == "shared") && from != "" && from != at[i])
			against(i, "has the name of a type of " from)
	}
	exit bad
}
