package bot_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ragoffire/bot/slackfake"
	"ragoffire/webhook/npmtest"
)

// What Slack's own type definitions are read with.
const (
	typescript = "typescript@5.9.3"
	slackTypes = "@slack/types@3.2.0"
)

// golden is one file of testdata: a message has blocks, a dialog or Home tab is
// a view, which has a type as well.
type golden struct {
	file   string
	raw    json.RawMessage
	Type   string          `json:"type"`
	Blocks json.RawMessage `json:"blocks"`
}

// goldens finds every golden file there is.
func goldens(t *testing.T) []golden {
	t.Helper()
	files, err := filepath.Glob("testdata/*.golden.json")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	var all []golden
	for _, file := range files {
		g := golden{file: filepath.Base(file)}
		if g.raw, err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(g.raw, &g); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, g)
	}
	return all
}

func TestEveryGoldenIsWithinSlacksLimits(t *testing.T) {
	for _, g := range goldens(t) {
		problems := slackfake.ValidateBlocks(g.Blocks)
		if g.Type != "" {
			problems = slackfake.ValidateView(g.raw)
		}
		for _, p := range problems {
			t.Errorf("%s: %s", g.file, p)
		}
	}
}

func TestEveryGoldenHasSlacksTypes(t *testing.T) {
	dir := npmtest.Dir(t, "ROF_TYPES_DIR", typescript, slackTypes)
	var source strings.Builder
	source.WriteString("import type { HomeView, KnownBlock, ModalView } from '@slack/types';\n")
	at := map[int]string{} // the line of a golden's declaration, to its file
	for n, g := range goldens(t) {
		kind, value := "KnownBlock[]", g.Blocks
		switch g.Type {
		case "modal":
			kind, value = "ModalView", g.raw
		case "home":
			kind, value = "HomeView", g.raw
		}
		at[strings.Count(source.String(), "\n")+1] = g.file
		source.WriteString("export const golden" + strconv.Itoa(n) + ": " + kind + " = " + string(bytes.TrimSpace(value)) + ";\n")
	}
	for _, complaint := range compile(t, dir, source.String()) {
		line, file := complaint.line, ""
		for ; file == "" && line > 0; line-- {
			file = at[line]
		}
		t.Errorf("%s, line %d of its value: %s", file, complaint.line-line, complaint.text)
	}
}

// TestSlacksTypesRefuseWhatIsWrong is the check of the check.
func TestSlacksTypesRefuseWhatIsWrong(t *testing.T) {
	dir := npmtest.Dir(t, "ROF_TYPES_DIR", typescript, slackTypes)
	wrong := []string{
		`const x: KnownBlock[] = [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}];`,
		`const x: KnownBlock[] = [{"type": "actions", "elements": [{"type": "button", "action_id": "x", "style": "loud", "text": {"type": "plain_text", "text": "x"}}]}];`,
		`const x: KnownBlock[] = [{"type": "sektion", "text": {"type": "mrkdwn", "text": "x"}}];`,
		`const x: KnownBlock[] = [{"type": "section", "text": {"type": "mrkdwn", "text": 3}}];`,
		`const x: ModalView = {"type": "modal", "blocks": []};`,
		`const x: HomeView = {"type": "home"};`,
		`const x: HomeView = {"type": "home", "title": {"type": "plain_text", "text": "x"}, "blocks": []};`,
	}
	source := "import type { HomeView, KnownBlock, ModalView } from '@slack/types';\n"
	for _, w := range wrong {
		source += "{ " + w + " }\n"
	}
	refused := map[int]bool{}
	for _, c := range compile(t, dir, source) {
		refused[c.line] = true
	}
	for n, w := range wrong {
		if !refused[n+2] {
			t.Errorf("no complaint about %s", w)
		}
	}
}

type complaint struct {
	line int
	text string
}

var complains = regexp.MustCompile(`(?m)^check\.ts\((\d+),\d+\): (.*)$`)

// compile has TypeScript check a source against Slack's types. Anything but
// complaints about the source fails the test.
func compile(t *testing.T, dir, source string) []complaint {
	t.Helper()
	work := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "node_modules"), filepath.Join(work, "node_modules")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(work, "check.ts"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--skipLibCheck",
		"--module", "nodenext", "--target", "es2022", "--pretty", "false", "check.ts")
	cmd.Dir = work
	out, err := cmd.CombinedOutput()
	var all []complaint
	for _, m := range complains.FindAllStringSubmatch(string(out), -1) {
		line, _ := strconv.Atoi(m[1])
		all = append(all, complaint{line, m[2]})
	}
	if err != nil && len(all) == 0 {
		t.Fatalf("tsc: %v\n%s", err, out)
	}
	return all
}
