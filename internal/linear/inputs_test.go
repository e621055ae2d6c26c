package linear_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/source"
)

// inputs are the directions in which documents can grow: each makes n of one
// thing. A stage that compares each of them with every other one shows here.
var inputs = []struct {
	name string
	n    int // a size that takes milliseconds
	make func(n int) input
}{
	{"unknown keys", 2000, one(func(n int) string { return base("") + lines(n, "unknown_%d: 1\n") })},
	{"unknown keys with text", 4000, one(func(n int) string { return "name: b\n" + lines(n, "unknown_%d: x\n") })},
	{"misspelt keys", 2000, one(func(n int) string { return base("") + lines(n, "titl%d: 1\n") })},
	{"unknown keys below a long key", 2000, one(func(n int) string {
		return base("") + strings.Repeat("k", 50*n) + ":\n" + lines(n, "  unknown_%d: 1\n") +
			"delta:\n  " + strings.Repeat("k", 50*n) + ": {a: 1}\n"
	})},
	{"columns", 2000, one(func(n int) string { return withColumns(n, "") })},
	{"columns of an unknown type", 2000, one(func(n int) string { return base(lines(n, "  column_%d: strnig\n")) })},
	{"columns that differ in case", 2000, one(func(n int) string {
		return base(lines(n, "  column_%d: string\n  COLUMN_%[1]d: string\n"))
	})},
	{"mappings", 2000, one(func(n int) string { return withMappings(n, "  _acme.field_%d: id\n") })},
	{"mappings of their own columns", 1000, one(func(n int) string {
		return dataflow("x", lines(n, "  column_%d: string\n"), lines(n, "  _acme.field_%d: column_%[1]d\n"))
	})},
	{"mappings of missing columns", 1000, one(func(n int) string {
		return dataflow("x", lines(n, "  column_%d: string\n"), lines(n, "  _acme.field_%d: colunm_%[1]d\n"))
	})},
	{"expressions with missing columns", 1000, one(func(n int) string {
		return dataflow("x", lines(n, "  column_%d: string\n"), lines(n, "  _acme.field_%d: trim(colunm_%[1]d)\n"))
	})},
	{"mappings to missing fields", 500, one(func(n int) string { return withMappings(n, "  person.name.firstNam%d: id\n") })},
	{"mappings to one field twice", 1000, one(func(n int) string {
		return withMappings(n, "  _acme.field_%d: id\n  _acme.field_%[1]d.a: id\n")
	})},
	{"mappings to items of an array", 1000, one(func(n int) string { return withMappings(n, "  _acme.list[%d].a: id\n") })},
	{"required fields left out", 1000, one(func(n int) string {
		return strings.Replace(withMappings(n, "  _acme.field_%d.other: id\n"), "fieldGroups: []",
			"fields:\n"+lines(n, "      field_%d.a: {type: string, required: true}\n"), 1)
	})},
	{"mappings with a value of a wrong type", 1000, one(func(n int) string {
		return strings.Replace(dataflow("x", lines(n, "  column_%d: boolean\n"), lines(n, "  _{TENANT_ID}.field_%d: column_%[1]d\n")),
			"fieldGroups: []", "fields:\n"+lines(n, "      field_%d: date-time\n"), 1)
	})},
	{"fields of a schema", 1000, one(func(n int) string {
		return schema(n, "fields:\n"+lines(n, "  field_%d: string\n"))
	})},
	{"a type of many brackets", 20000, one(func(n int) string {
		return schema(n, "fields:\n  a: \"string"+strings.Repeat("[]", n)+"\"\n  b: \"strnig"+strings.Repeat("[]", n)+"\"\n")
	})},
	{"a type of many words", 20000, one(func(n int) string {
		return schema(n, "fields:\n  a: "+strings.Repeat("array of ", n)+"string\n  b: "+strings.Repeat("map of ", n)+"string\n")
	})},
	{"fields below each other", 1000, one(func(n int) string {
		return schema(n, "fields:\n"+lines(n, "  field_%d: string\n  field_%[1]d.a: string\n"))
	})},
	{"fields of an unknown type", 1000, one(func(n int) string {
		return schema(n, "fields:\n"+lines(n, "  field_%d: strnig\n"))
	})},
	{"fields that a path disagrees about", 1000, one(func(n int) string {
		return schema(n, "fields:\n"+lines(n, "  a_%d.b: string\n  a_%[1]d[*].c: string\n"))
	})},
	{"identities", 1000, one(func(n int) string {
		return schema(n, "fields:\n"+lines(n, "  field_%d: string\n")+"identities:\n"+lines(n, "  field_%d: Email\n"))
	})},
	{"identities that are missing", 500, one(func(n int) string {
		return schema(n, "fields:\n"+lines(n, "  field_%d: string\n")+"identities:\n"+lines(n, "  feild_%d: Email\n"))
	})},
	{"primary identities", 1000, one(func(n int) string {
		return schema(n, "fields:\n"+lines(n, "  field_%d: string\n")+
			"identities:\n"+lines(n, "  field_%d: {namespace: Email, primary: true}\n"))
	})},
	{"field groups", 1000, one(func(n int) string { return schema(n, "fieldGroups:\n"+lines(n, "  - profile-person-detail%d\n")) })},
	{"field groups by id", 1000, one(func(n int) string {
		return schema(n, "fieldGroups:\n"+lines(n, "  - https://ns.adobe.com/acme/mixins/%032d\n"))
	})},
	{"the same field group", 1000, one(func(n int) string {
		return schema(n, "fieldGroups:\n"+strings.Repeat("  - profile-person-details\n", n))
	})},
	{"dataset tags", 2000, one(func(n int) string {
		return "kind: Dataset\nname: d\nschema: https://ns.adobe.com/acme/schemas/" + strings.Repeat("0", 48) + "\ntags:\n" +
			lines(n, "  tag_%d: [a, b]\n")
	})},
	{"documents of a file", 300, one(func(n int) string { return joined(n, func(i int) string { return named("flow-%d", i) }) })},
	{"documents of a file without values", 2000, one(func(n int) string { return strings.Repeat("---\n", n) })},
	{"documents of a file that are numbers", 2000, one(func(n int) string { return strings.Repeat("--- 1\n", n) })},
	{"documents of one name", 300, one(func(n int) string { return joined(n, func(int) string { return named("flow", 0) }) })},
	{"files", 300, func(n int) input {
		return input{files: files(n, func(i int) string { return named("flow-%d", i) })}
	}},
	{"references", 300, func(n int) input {
		return input{files: append(files(n, func(i int) string { return referring("flow-%d", "connection-%d", i) }),
			files(n, func(i int) string { return connection("connection-%d", i) })...)}
	}},
	{"missing references", 300, func(n int) input {
		return input{files: append(files(n, func(i int) string { return referring("flow-%d", "conection-%d", i) }),
			files(n, func(i int) string { return connection("connection-%d", i) })...)}
	}},
	{"missing schemas", 300, func(n int) input {
		return input{files: append(files(n, func(i int) string {
			return fmt.Sprintf("kind: Dataset\nname: d-%d\nschema: scheam-%d\n", i, i)
		}), files(n, func(i int) string {
			return fmt.Sprintf("kind: Schema\nname: schema-%d\ntitle: S%d\nclass: profile\n", i, i)
		})...)}
	}},
	{"titles taken twice", 300, func(n int) input {
		return input{files: files(n, func(i int) string { return fmt.Sprintf("kind: Schema\nname: s-%d\ntitle: S\nclass: profile\n", i) })}
	}},
	{"connection parameters", 1000, one(func(n int) string { return connection("c", 0) + lines(n, "    param_%d: x\n") })},
	{"secrets", 1000, one(func(n int) string { return connection("c", 0) + lines(n, "    password_%d: secret-%[1]d\n") })},
	{"anchors", 2000, one(func(n int) string { return base("") + lines(n, "x_%d: &a%[1]d 1\n") })},
	{"aliases", 2000, one(func(n int) string { return base("") + "x: &a {b: 1}\n" + lines(n, "x_%d: *a\n") })},
	{"aliases of many documents", 40, one(func(n int) string {
		return joined(n, func(i int) string {
			return named("flow-%d", i) + bomb
		})
	})},
	{"aliases of many files", 40, func(n int) input {
		return input{files: files(n, func(i int) string { return named("flow-%d", i) + bomb })}
	}},
	{"merge keys", 1000, one(func(n int) string {
		return base("") + "x:\n" + lines(n, "  - &m%d {a%[1]d: 1}\n") + "y:\n  <<: [" + lines(n, "*m%d, ") + "]\n"
	})},
	{"merge keys one after the other", 1000, one(func(n int) string {
		return base("") + "x: &m {a: 1, b: 2}\ny:\n" + strings.Repeat("  <<: *m\n", n)
	})},
	{"duplicate keys", 2000, one(func(n int) string { return base("") + strings.Repeat("title: x\n", n) })},
	{"duplicate keys in pairs", 2000, one(func(n int) string { return base(lines(n, "  column_%d: string\n  column_%[1]d: string\n")) })},
	{"tags", 2000, one(func(n int) string { return base("") + "x: [" + strings.Repeat("!x a, ", n) + "]\n" })},
	{"an anchor of many letters", 2000, one(func(n int) string {
		return base("") + "x: &" + strings.Repeat("a", 20*n) + " !x " + strings.Repeat("b", 20*n) + "\n"
	})},
	{"one long line of keys", 8000, one(func(n int) string { return "{" + lines(n, "unknown_%d: 1, ") + "}\n" })},
	{"one long line of keys in Greek", 2000, one(func(n int) string { return "{" + lines(n, "άγνωστο_%d: 1, ") + "}\n" })},
	{"one long line of warnings", 8000, one(func(n int) string {
		return strings.Replace(base(""), "columns:\n  id: string\n", "columns: {id: string, "+lines(n, "c%d: string, ")+"}\n", 1)
	})},
	{"a long text", 20000, one(func(n int) string { return base("") + "description: " + strings.Repeat("word ", n) + "\n" })},
	{"a long folded text", 5000, one(func(n int) string { return base("") + "description: >\n" + strings.Repeat("  word word\n", n) })},
	{"a long quoted text", 5000, one(func(n int) string {
		return base("") + "description: \"" + strings.Repeat("\n  word \\u00e4", n) + "\"\n"
	})},
	{"long names that are alike", 200, one(func(n int) string {
		return dataflow("x", "  "+strings.Repeat("a", 50*n)+": string\n", "  _id: "+strings.Repeat("b", 10)+strings.Repeat("a", 50*n)+"\n")
	})},
	{"nested brackets", 20000, one(func(n int) string { return base("") + "x: " + strings.Repeat("[", n) + strings.Repeat("]", n) + "\n" })},
	{"nested brackets left open", 20000, one(func(n int) string { return base("") + "x: " + strings.Repeat("[", n) })},
	{"nested maps", 1000, one(func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		return b.String()[:min(b.Len(), 400*n)]
	})},
	{"brackets one after the other", 2000, one(func(n int) string { return base("") + "x: [" + strings.Repeat("[1], ", n) + "]\n" })},
	{"quotes left open", 2000, one(func(n int) string { return base("") + lines(n, "x_%d: \"abc\n") })},
	{"one quote left open", 2000, one(func(n int) string { return base("") + "y: \"abc\n" + lines(n, "x_%d: abc\n") })},
	{"brackets left open", 2000, one(func(n int) string { return base("") + lines(n, "x_%d: [abc\n") })},
	{"tabs", 2000, one(func(n int) string { return base("") + lines(n, "x_%d:\n\ty: 1\n") })},
	{"tabs on empty lines", 2000, one(func(n int) string { return base("") + strings.Repeat("\t\n", n) })},
	{"colons without a space", 2000, one(func(n int) string { return base("") + lines(n, "x_%d:1\n") })},
	{"wrong indentation", 2000, one(func(n int) string { return base("") + lines(n, "x_%d: 1\n   y: 2\n") })},
	{"faults in every document", 500, one(func(n int) string { return joined(n, func(int) string { return "a: [\n" }) })},
	{"comments", 3000, one(func(n int) string { return base("") + lines(n, "# comment %d\n") })},
	{"comments among keys", 2000, one(func(n int) string { return base(lines(n, "  # comment %d\n  column_%[1]d: string # why\n")) })},
	{"empty lines", 5000, one(func(n int) string { return base("") + strings.Repeat("\n", n) + "title: x\n" })},
	{"ignore comments", 1000, one(func(n int) string {
		return base(lines(n, "  column_%d: string # aepflow:ignore unmapped-column not needed\n"))
	})},
	{"ignore comments in a row", 2000, one(func(n int) string {
		return base(strings.Repeat("  # aepflow:ignore unmapped-column x\n", n) + "  other: string\n")
	})},
	{"ignore comments in many documents", 200, one(func(n int) string {
		return joined(n, func(i int) string {
			return strings.Replace(named("flow-%d", i), "  id: string\n", "  id: string\n  b: string # aepflow:ignore unmapped-column\n", 1)
		})
	})},
	{"line breaks of CR", 2000, one(func(n int) string { return strings.ReplaceAll(base(lines(n, "  column_%d: string\n")), "\n", "\r") })},
	{"a long expression", 2000, one(func(n int) string { return dataflow("x", "", "  _id: concat(id"+strings.Repeat(", id", n)+")\n") })},
	{"a long sum", 2000, one(func(n int) string { return dataflow("x", "", "  _id: id"+strings.Repeat(" + id", n)+"\n") })},
	{"a long condition", 1000, one(func(n int) string {
		return dataflow("x", "", "  _id: "+strings.Repeat("id == 'a' ? 'b' : ", n)+"'c'\n")
	})},
	{"nested calls", 1000, one(func(n int) string {
		return dataflow("x", "", "  _id: "+strings.Repeat("trim(", n)+"id"+strings.Repeat(")", n)+"\n")
	})},
	{"nested parentheses", 1000, one(func(n int) string {
		return dataflow("x", "", "  _id: "+strings.Repeat("(", n)+"id"+strings.Repeat(")", n)+"\n")
	})},
	{"nested negation", 1000, one(func(n int) string { return dataflow("x", "", "  _id: "+strings.Repeat("!", n)+"id\n") })},
	{"a long path in an expression", 1000, one(func(n int) string { return dataflow("x", "", "  _id: id"+strings.Repeat(".a", n)+"\n") })},
	{"faults in one expression", 8000, one(func(n int) string {
		return dataflow("x", "", "  _id: concat("+lines(n, "unknwon_%d, ")+"id)\n")
	})},
	{"unknown functions in one expression", 1000, one(func(n int) string {
		return dataflow("x", "", "  _id: concat("+lines(n, "unknwon_%d(id), ")+"id)\n")
	})},
	{"a long destination", 500, one(func(n int) string { return dataflow("x", "", "  _acme"+strings.Repeat(".a", n)+": id\n") })},
	{"variables in one text", 1000, func(n int) input {
		return input{files: files(1, func(int) string { return base("") + "description: " + strings.Repeat("${var.a} ", n) + "\n" }),
			options: compiler.Options{Vars: vars(10)}}
	}},
	{"variables", 1000, func(n int) input {
		return input{files: files(1, func(int) string { return base("") + "description: >\n" + lines(n, "  ${var.v%d}\n") }),
			options: compiler.Options{Vars: vars(n)}}
	}},
	{"unknown variables", 500, func(n int) input {
		return input{files: files(1, func(int) string { return base(lines(n, "  c%d: ${var.w%[1]d}\n")) }), options: compiler.Options{Vars: vars(n)}}
	}},
	{"values from variables", 1000, func(n int) input {
		return input{files: files(1, func(int) string { return base(lines(n, "  c%d: ${var.v1}\n")) }),
			options: compiler.Options{Vars: []compiler.Var{{Name: "v1", Value: "strnig", From: "--var"}}}}
	}},
	{"overlays", 200, func(n int) input {
		return input{files: files(1, func(int) string {
			return base(lines(n, "  c%d: string\n")) + "targets:\n" + lines(n, "  t%d: {title: x, columns: {c%[1]d: strnig}}\n")
		}), options: compiler.Options{Target: "t1", Targets: targets(n)}}
	}},
	{"one large overlay", 1000, func(n int) input {
		return input{files: files(1, func(int) string {
			return base(lines(n, "  c%d: string\n")) + "targets:\n  t1:\n    columns:\n" + lines(n, "      c%d: strnig\n")
		}), options: compiler.Options{Target: "t1", Targets: targets(1)}}
	}},
	{"keys that an overlay removes", 1000, func(n int) input {
		return input{files: files(1, func(int) string {
			return dataflow("x", lines(n, "  c%d: string\n"), lines(n, "  _acme.f%d: c%[1]d\n")) +
				"targets:\n  t1:\n    columns:\n" + lines(n, "      c%d: null\n")
		}), options: compiler.Options{Target: "t1", Targets: targets(1)}}
	}},
	{"documents that an overlay takes a key from", 200, func(n int) input {
		return input{files: files(1, func(int) string {
			return joined(n, func(i int) string { return named("flow-%d", i) + "targets: {t1: {table: null}}\n" })
		}), options: compiler.Options{Target: "t1", Targets: targets(1)}}
	}},
	{"targets that do not exist", 8000, func(n int) input {
		return input{files: files(1, func(int) string { return base("") + "only: [" + lines(n, "tagret%d, ") + "]\n" }),
			options: compiler.Options{Target: "t1", Targets: targets(n)}}
	}},
	{"documents that move", 300, func(n int) input {
		return input{files: files(n, func(i int) string {
			return named("flow-%d", i) + fmt.Sprintf("lifecycle: {movedFrom: flow-%d}\n", i+1)
		})}
	}},
}

// bomb is a few lines of aliases that expand to thousands of values.
const bomb = "x0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\nx1: &x1 [*x0, *x0, *x0, *x0, *x0, *x0, *x0, *x0, *x0, *x0]\n" +
	"x2: &x2 [*x1, *x1, *x1, *x1, *x1, *x1, *x1, *x1, *x1, *x1]\nx3: [*x2, *x2, *x2, *x2, *x2, *x2, *x2, *x2, *x2, *x2]\n"

// input is what a compilation reads.
type input struct {
	files   []*source.File
	options compiler.Options
}

// fresh returns the input with files that nothing has been found out about.
func (in input) fresh() input {
	in.files = slices.Clone(in.files)
	for i, f := range in.files {
		in.files[i] = source.NewFile(f.Path, f.Text)
	}
	return in
}

func one(text func(n int) string) func(n int) input {
	return func(n int) input { return input{files: files(1, func(int) string { return text(n) })} }
}

func files(n int, text func(i int) string) []*source.File {
	out := make([]*source.File, n)
	for i := range out {
		t := text(i)
		kind := "d"
		if strings.HasPrefix(t, "kind: ") {
			kind = t[len("kind: "):][:3]
		}
		out[i] = source.NewFile(fmt.Sprintf("%s%06d.dataflow.yaml", kind, i), []byte(t))
	}
	return out
}

func lines(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func joined(n int, text func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("---\n" + text(i))
	}
	return b.String()
}

func dataflow(name, columns, mappings string) string {
	return "name: " + name + "\ndatabase: {connector: postgresql, connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4}\ntable: a.b\n" +
		"columns:\n  id: string\n" + columns +
		"target:\n  schema:\n    title: T " + name + "\n    class: profile\n    fieldGroups: []\n  dataset:\n    title: D " + name + "\n" +
		"mappings:\n" + mappings + "schedule: {frequency: once}\n"
}

func base(columns string) string { return dataflow("x", columns, "  _id: id\n") }

func named(format string, i int) string {
	return dataflow(strings.ReplaceAll(fmt.Sprintf(format, i), "%!(EXTRA int=0)", ""), "", "  _id: id\n")
}

func referring(name, connection string, i int) string {
	return strings.Replace(named(name, i), "{connector: postgresql, connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4}",
		"{connection: "+fmt.Sprintf(connection, i)+"}", 1)
}

func withColumns(n int, more string) string { return base(lines(n, "  column_%d: string\n")) + more }

func withMappings(n int, format string) string {
	return dataflow("x", "", "  _id: id\n"+lines(n, format))
}

func schema(_ int, more string) string {
	return "kind: Schema\nname: s\ntitle: S\nclass: profile\n" + more
}

func connection(name string, i int) string {
	if strings.Contains(name, "%") {
		name = fmt.Sprintf(name, i)
	}
	return "kind: Connection\nname: " + name + "\ntitle: C " + name + "\nconnector: postgresql\nauth:\n  type: Connection String Based Authentication\n  params:\n" +
		"    connectionString: ${env.DB}\n"
}

func vars(n int) []compiler.Var {
	out := []compiler.Var{{Name: "a", Value: "b", From: "--var"}}
	for i := range n {
		out = append(out, compiler.Var{Name: fmt.Sprintf("v%d", i), Value: "x", From: "--var"})
	}
	return out
}

func targets(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("t%d", i))
	}
	slices.Sort(out)
	return out
}
