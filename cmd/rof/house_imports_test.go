package main

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "ragoffire/"

// places says what of ours the packages of a place may import; a place is a
// package and all below it, and the longest that fits counts. "x/..." is x and
// all below it.
var places = []struct {
	place string
	ours  []string
}{
	{"cmd", []string{"bot/...", "cmd/...", "engine/...", "seeds/...", "store/...", "webhook/..."}},
	{"engine", []string{"engine/..."}},
	{"engine/retrieval", nil},
	{"engine/confidence", nil},
	{"engine/llm", nil},
	{"engine/ground", nil},
	{"engine/markdown", nil},
	{"engine/history", []string{"engine", "engine/markdown"}},
	{"engine/page", []string{"engine"}},
	{"engine/prometheus", []string{"engine"}},
	{"engine/chart", []string{"engine"}},
	{"engine/silencer", []string{"engine"}},
	{"engine/enginetest", []string{"engine"}},
	{"engine/fail", nil},
	{"store", []string{"engine", "engine/fail", "store/..."}},
	{"bot", []string{"engine", "engine/fail", "bot/..."}},
	{"webhook", []string{"engine", "engine/fail", "engine/history", "webhook/..."}},
	{"seeds", []string{"engine"}},
}

// vendors says in which places a vendor's packages may be imported. What is
// not listed here serves tests only.
var vendors = []struct {
	prefix string
	places []string
}{
	{"github.com/slack-go/slack", []string{"bot"}},
	{"github.com/jackc", []string{"store"}},
	{"github.com/riverqueue", []string{"store"}},
	{"github.com/pressly/goose", []string{"store"}},
	{"modernc.org", []string{"store"}},
	{"github.com/philippgille/chromem-go", []string{"engine/retrieval"}},
	{"github.com/sashabaranov/go-openai", []string{"engine/llm"}},
	{"github.com/labstack/echo", []string{"webhook"}},
	{"github.com/twmb/franz-go", []string{"webhook/kafka"}},
	{"github.com/go-analyze/charts", []string{"engine/chart"}},
	{"github.com/danielgtaylor/huma", []string{"webhook"}},
	{"github.com/coreos/go-oidc", []string{"webhook"}},
	{"golang.org/x/oauth2", []string{"webhook"}},
	{"github.com/gorilla/websocket", []string{"webhook", "bot/slackfake"}},
	{"github.com/prometheus/client_golang", []string{"webhook", "cmd"}},
	{"github.com/goccy/go-yaml", []string{"cmd", "engine/history", "webhook/source"}},
	{"github.com/go-json-experiment/json", []string{"webhook/source"}},
	{"github.com/yuin/goldmark", []string{"webhook"}},
	{"github.com/chromedp", []string{"webhook/browsertest"}},
	{"golang.org/x/sync", []string{"bot", "cmd", "store", "webhook"}},
}

// below reports whether a package is the place or lies below it.
func below(pkg, place string) bool { return pkg == place || strings.HasPrefix(pkg, place+"/") }

// imports says why a package of ours may not import another, or "". Both are
// import paths, ours without the module's name.
func imports(pkg, imported string, ours bool) string {
	if !ours {
		if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
			return "" // the standard library
		}
		for _, v := range vendors {
			if below(imported, v.prefix) {
				if slices.ContainsFunc(v.places, func(place string) bool { return below(pkg, place) }) {
					return ""
				}
				return v.prefix + " belongs in " + strings.Join(v.places, " and ") + " only"
			}
		}
		return "no place for it in the table of vendors"
	}
	var found bool
	var longest string
	var allowed []string
	for _, p := range places {
		if below(pkg, p.place) && len(p.place) > len(longest) {
			found, longest, allowed = true, p.place, p.ours
		}
	}
	if !found {
		return pkg + " has no place in the layout"
	}
	for _, a := range allowed {
		if tree, ok := strings.CutSuffix(a, "/..."); imported == a || ok && below(imported, tree) {
			return ""
		}
	}
	if len(allowed) == 0 {
		return longest + " may import nothing of ours"
	}
	return longest + " may import " + strings.Join(allowed, ", ") + " only"
}

type listed struct {
	ImportPath     string
	Name           string
	Dir            string
	Standard       bool
	GoFiles        []string
	IgnoredGoFiles []string
	Imports        []string
}

// list is go list, run where the module begins; tests' own imports are left out.
func list(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Name,Dir,Standard,GoFiles,IgnoredGoFiles,Imports"}, args...)...)
	cmd.Dir = root(t)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// root is the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestImportsKeepToTheLayout(t *testing.T) {
	for _, p := range list(t, "./...") {
		pkg := strings.TrimPrefix(p.ImportPath, module)
		for _, imported := range p.Imports {
			short, ours := strings.CutPrefix(imported, module)
			if why := imports(pkg, short, ours); why != "" {
				t.Errorf("%s imports %s: %s", pkg, imported, why)
			}
		}
		if slices.Contains([]string{"util", "utils", "common", "helpers", "types", "models"}, p.Name) {
			t.Errorf("%s: package %s is named for nothing; name it for what it provides", pkg, p.Name)
		}
	}
}

func TestTheTablesOfImportsRefuse(t *testing.T) {
	for _, c := range []struct {
		pkg, imported string
		ours, refused bool
	}{
		{"store", "bot", true, true},
		{"bot", "webhook/source", true, true},
		{"seeds", "store", true, true},
		{"webhook/source", "engine/retrieval", true, true},
		{"engine", "store", true, true},
		{"engine/retrieval", "engine", true, true},
		{"util", "engine", true, true},
		{"engine", "github.com/slack-go/slack", false, true},
		{"cmd/rof", "github.com/jackc/pgx/v5", false, true},
		{"bot", "github.com/gorilla/websocket", false, true},
		{"bot", "github.com/google/uuid", false, true},
		{"webhook", "github.com/labstack/echoes", false, true},
		{"bot/slackfake", "github.com/gorilla/websocket", false, false},
		{"store/postgres", "github.com/jackc/pgx/v5/pgxpool", false, false},
		{"store/postgres", "store/doc", true, false},
		{"engine", "engine/confidence", true, false},
		{"cmd/rof", "bot/slackfake", true, false},
		{"engine/confidence", "net/http", false, false},
	} {
		if why := imports(c.pkg, c.imported, c.ours); (why != "") != c.refused {
			t.Errorf("%s imports %s: refused %v (%s), want %v", c.pkg, c.imported, why != "", why, c.refused)
		}
	}
}

func TestTheBinaryLinksNoTestKit(t *testing.T) {
	for _, p := range list(t, "-deps", "./cmd/rof") {
		if p.Standard {
			continue
		}
		for _, imported := range p.Imports {
			if below(imported, "testing") {
				t.Errorf("%s imports %s and is linked into the binary", p.ImportPath, imported)
			}
		}
	}
}

// Only cmd reads the environment and ends the process, and nothing happens at
// import: what a package needs comes through its arguments. Test kits, which
// the binary does not link, may ask where they run.
func TestOnlyCmdTouchesTheProcess(t *testing.T) {
	for _, p := range list(t, "./...") {
		if below(strings.TrimPrefix(p.ImportPath, module), "cmd") || slices.Contains(p.Imports, "testing") {
			continue
		}
		for _, name := range slices.Concat(p.GoFiles, p.IgnoredGoFiles) {
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Error(err)
				continue
			}
			for _, touch := range touches(file) {
				at := fset.Position(touch.Pos())
				rel, _ := filepath.Rel(root(t), at.Filename)
				t.Errorf("%s:%d: %s outside cmd", rel, at.Line, touch.what)
			}
		}
	}
}

type touch struct {
	ast.Node
	what string
}

// touches finds init functions, reads of the environment and ends of the process.
func touches(file *ast.File) []touch {
	calls := map[string][]string{
		"os":      {"Getenv", "LookupEnv", "Environ", "ExpandEnv", "Exit"},
		"syscall": {"Getenv", "Environ", "Exit"},
		"log":     {"Fatal", "Fatalf", "Fatalln"},
	}
	names := map[string]string{} // what a package is called here, to its path
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		name := path
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	var found []touch
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				found = append(found, touch{n, "func init"})
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && slices.Contains(calls[names[x.Name]], n.Sel.Name) {
				found = append(found, touch{n, names[x.Name] + "." + n.Sel.Name})
			}
		}
		return true
	})
	return found
}

func TestTouchesAreFound(t *testing.T) {
	const source = `package p
import ("log"; e "os"; "log/slog")
type s struct{}
func (s) init() {}
func init() { e.Exit(1) }
func f() { _ = e.Getenv("HOME"); log.Fatal(); slog.Info(""); var os s; os.init() }`
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, touch := range touches(file) {
		got = append(got, touch.what)
	}
	if want := []string{"func init", "os.Exit", "os.Getenv", "log.Fatal"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}
