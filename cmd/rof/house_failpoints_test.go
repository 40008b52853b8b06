package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// points are the names of all failpoints in the tree, sorted; each stands once.
func points(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(root(t), func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root(t):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || f.Sel.Name != "Point" {
				return true
			}
			if x, ok := f.X.(*ast.Ident); !ok || x.Name != "fail" {
				return true
			}
			name, ok := call.Args[0].(*ast.BasicLit)
			if !ok {
				t.Errorf("%s: a failpoint's name must be a text as it stands: what is put together costs time", path)
				return true
			}
			s, err := strconv.Unquote(name.Value)
			if err != nil || slices.Contains(names, s) {
				t.Errorf("%s: failpoint %s is no name, or stands twice", path, name.Value)
			}
			names = append(names, s)
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// linked are the failpoints whose names are in this binary, and whether it reads
// the setting. This binary is rof, too: what it links, rof links.
func linked(t *testing.T) (names []string, armable bool) {
	t.Helper()
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range points(t) {
		if bytes.Contains(self, []byte(name)) {
			names = append(names, name)
		}
	}
	return names, bytes.Contains(self, []byte(strings.Join([]string{"ROF", "FAILPOINT"}, "_")))
}
