package bot

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"ragoffire/bot/hostiletest"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// kinds are all functions that make a message or a view of what they are given.
// A new one is one line here, and a test says so where it is missing; the rest
// of this file then holds it against everything that can stand in its values.
func kinds() map[string]any {
	return map[string]any{
		"alert":        (*renderer).alert,
		"card":         card,
		"catchup":      (*renderer).catchup,
		"decision":     (*renderer).decision,
		"declareModal": (*renderer).declareModal,
		"declared":     (*renderer).declared,
		"digest":       (*renderer).digest,
		"doneModal": func(r *renderer, s string) slack.ModalViewRequest {
			return r.doneModal(anchor{ID: "INC-1"}, "Done", "our words and "+s)
		},
		"draftModal": (*renderer).draftModal,
		"drafts":     (*renderer).drafts,
		"evidence":   (*renderer).evidence,
		"handoff":    (*renderer).handoff,
		"help":       (*renderer).help,
		"helpAll":    (*renderer).helpAll,
		"helpOf":     func(r *renderer) *message { return r.helpOf(verbAck) },
		"home":       func(r *renderer, b *board, p engine.Person) slack.HomeTabViewRequest { return homeTab(r.home(b, p)) },
		"incident":   (*renderer).incident,
		"joined":     (*renderer).joined,
		"list":       (*renderer).list,
		"modal":      nil, // a part of the others
		"note":       func(r *renderer, s string) *message { return r.note("our words and " + s) },
		"noteModal":  (*renderer).noteModal,
		"notice":     (*renderer).notice,
		"offer": func(r *renderer, s string) *message {
			return r.offer("our words and "+s, button(actionAck, "INC-1", "Yes"))
		},
		"outcome":        (*renderer).outcome,
		"past":           (*renderer).past,
		"reading":        func(r *renderer, d *engine.Detail) slack.ModalViewRequest { return reading(r.show(d)) },
		"rejectModal":    (*renderer).rejectModal,
		"reply":          (*renderer).reply,
		"resolveModal":   (*renderer).resolveModal,
		"runbook":        (*renderer).runbook,
		"severityModal":  (*renderer).severityModal,
		"show":           (*renderer).show,
		"silenceEnded":   (*renderer).silenceEnded,
		"silencePreview": (*renderer).silencePreview,
		"silenced":       (*renderer).silenced,
		"silences":       (*renderer).silences,
		"similar":        (*renderer).similar,
		"splittable":     (*renderer).splittable,
		"stats":          (*renderer).stats,
		"status":         (*renderer).status,
		"timeline":       (*renderer).timeline,
		"trouble":        (*renderer).trouble,
		"updateModal":    (*renderer).updateModal,
	}
}

func TestEveryKindOfMessageIsListed(t *testing.T) {
	found := map[string]bool{}
	for name, f := range functions(t) {
		if f.makes() {
			found[name] = true
		}
	}
	listed := kinds()
	for name := range found {
		if _, ok := listed[name]; !ok {
			t.Errorf("%s makes messages or views and is not among the kinds of kinds_test.go", name)
		}
	}
	for name := range listed {
		if !found[name] {
			t.Errorf("%s is listed and makes nothing", name)
		}
	}
}

// TestNoKindOfMessageBreaks fills every value of every kind with what is too
// long, too many, absent or hostile, and holds the result against Slack's rules:
// nothing over a limit, nobody pinged but the route's group, no link elsewhere.
func TestNoKindOfMessageBreaks(t *testing.T) {
	corpus := hostiletest.Texts(t)
	sets := map[string][]string{"hostile": corpus}
	for name, s := range torrents() {
		sets[name] = []string{s}
	}
	constants := enums(t)
	for _, name := range slices.Sorted(maps.Keys(kinds())) {
		f := reflect.ValueOf(kinds()[name])
		if !f.IsValid() {
			continue
		}
		for _, set := range slices.Sorted(maps.Keys(sets)) {
			runs := uint64(1)
			if set == "hostile" {
				runs = 1 + 9/thinned
			}
			for seed := range runs {
				x := &extremes{rng: rand.New(rand.NewPCG(seed, 1)), texts: sets[set], enums: constants}
				what := fmt.Sprintf("%s of %s, seed %d", name, set, seed)
				harmless(t, what, x.call(t, what, f))
			}
		}
	}
}

// harmless checks a message or view that was made of text from outside.
func harmless(t *testing.T, what string, v any) {
	t.Helper()
	valid(t, what, v)
	text, blocks := "", slack.Blocks{}
	switch v := v.(type) {
	case *message:
		if v.size() > limitTotal {
			t.Errorf("%s holds %d characters", what, v.size())
		}
		text, blocks = slackutilsx.EscapeMessage(v.text), slack.Blocks{BlockSet: v.blocks}
	case slack.ModalViewRequest:
		blocks = v.Blocks
	case slack.HomeTabViewRequest:
		blocks = v.Blocks
	}
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	pings, links := slackfake.Effects(text, raw)
	for _, p := range pings {
		if p.Kind != "subteam" || p.ID != ourGroup {
			t.Errorf("%s pings %s %s in %s", what, p.Kind, p.ID, p.Where)
		}
	}
	for _, l := range links {
		if testRenderer().allow(l.URL) == nil {
			t.Errorf("%s links to %s (%s) in %s: %q", what, l.URL, l.Kind, l.Where, text)
		}
	}
}

// function is one function of the package, as its source declares it.
type function struct{ receiver, result, first string }

// makes says whether what it returns is shown as it is: it belongs to nothing or
// to the renderer, and reads nothing by itself.
func (f function) makes() bool {
	switch f.result {
	case "*message", "slack.ModalViewRequest", "slack.HomeTabViewRequest":
		return (f.receiver == "" || f.receiver == "renderer") && f.first != "context.Context"
	}
	return false
}

// functions reads the package's source.
func functions(t *testing.T) map[string]function {
	t.Helper()
	all := map[string]function{}
	for _, file := range sources(t, ".") {
		for _, d := range file.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok || d.Type.Results == nil {
				continue
			}
			f := function{result: written(d.Type.Results.List[0].Type)}
			if d.Recv != nil {
				f.receiver = strings.TrimPrefix(written(d.Recv.List[0].Type), "*")
			}
			if p := d.Type.Params.List; len(p) > 0 {
				f.first = written(p[0].Type)
			}
			if f.receiver == "" || f.receiver == "renderer" {
				all[d.Name.Name] = f
			}
		}
	}
	return all
}

// enums are the constants of the engine's own kinds of string, by type.
func enums(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, file := range sources(t, "../engine") {
		ast.Inspect(file, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && v.Type != nil && len(v.Values) == 1 {
				if lit, ok := v.Values[0].(*ast.BasicLit); ok && lit.Kind == gotoken.STRING {
					all[written(v.Type)] = append(all[written(v.Type)], strings.Trim(lit.Value, `"`))
				}
			}
			return true
		})
	}
	if len(all["Severity"]) == 0 || len(all["IncidentStatus"]) == 0 {
		t.Fatalf("no constants of severities or states: %v", all)
	}
	return all
}

func sources(t *testing.T, dir string) []*ast.File {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(gotoken.NewFileSet(), dir+"/"+e.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, file)
	}
	return all
}

// written is a type's expression as it stands in the source.
func written(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return "*" + written(e.X)
	case *ast.SelectorExpr:
		return written(e.X) + "." + e.Sel.Name
	}
	return ""
}
