package llm

import (
	"testing"
	"unicode/utf8"
)

// FuzzParseDraft tries answers of a model.
func FuzzParseDraft(f *testing.F) {
	for _, s := range []string{
		`{"summary":"a","action":"b","check":"c","cites":["INC-1"]}`, "<think>{</think>```json\n{\"summary\":\"a\"}\n```", "}{", `{"cites":null}`,
		`{"summary":"[secret]","action":null}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		d, err := parseDraft(content)
		if err != nil {
			return
		}
		if d.Summary == "" && d.Action == "" && d.Check == "" && d.Withheld == 0 || len(d.Cites) > citesRead {
			t.Errorf("%q became %+v", content, d)
		}
		for _, s := range append(d.Cites, d.Summary, d.Action, d.Check) {
			if !utf8.ValidString(s) {
				t.Errorf("unclean text %q", s)
			}
		}
	})
}
