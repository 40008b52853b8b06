package engine_test

import (
	"strings"
	"testing"

	"ragoffire/engine"
)

func TestMitigation(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("Restart it slowly. ", 30))
	for _, c := range []struct{ name, text, want string }{
		{"is the section of that name", "# A\n\n## Meaning\nx\n\n## Mitigation\n\nRoll back.\n\n## See also\ny", "Roll back."},
		{"is found by an underlined heading", "Disk\n====\n\nResolution\n----------\nGrow it.\n", "Grow it."},
		{"is found by a heading in bold", "**Impact:**\nnone\n\n**Remediation:**\n\nGrow it.", "Grow it."},
		{"is found under numbers and among words", "## 3. Mitigation steps\nGrow it.", "Grow it."},
		{"prefers the exact heading", "## Mitigation of the risks\nno\n\n## Mitigation\nyes", "yes"},
		{"prefers mitigation to diagnosis, wherever they stand", "## Diagnosis\nlook\n\n## Mitigation\nact", "act"},
		{"falls back to diagnosis", "## Meaning\nx\n## Diagnosis\nlook", "look"},
		{"keeps deeper headings", "## Fix\nA\n\n### Then\nB\n\n## Other\nC", "A\n\n### Then\nB"},
		{"keeps a code block, in which nothing is a heading", "## Fix\n```sh\n# grow\nlvextend\n```\n## Other\n", "```sh\n# grow\nlvextend\n```"},
		{"passes an empty section by", "## Mitigation\n\n## Steps\n1. Grow it.", "1. Grow it."},
		{"passes a mere referral by", "## Diagnosis\nLook.\n\n## Mitigation\nIf you cannot resolve the issue, see:\n\n- the forum", "Look."},
		{"leaves a referral out", "## Mitigation\nGrow it.\n\nIf you cannot resolve the issue, call us.", "Grow it."},
		{"is the first list of orders", "The disk is full.\n\n- about 10 GB\n\nSo:\n\n1. Check the disk\n2. Grow it\n   by half\n\nThanks.", "1. Check the disk\n2. Grow it\n   by half"},
		{"is nothing in prose", "The disk is full.\n\n- about 10 GB\n", ""},
		{"is nothing in nothing", "", ""},
		{"ends with a paragraph", "## Fix\n" + long + "\n\n" + long + "\n\n" + long, long + "\n\n" + long},
		{"understands line ends of Windows", "## Mitigation\r\n\r\nRoll back.\r\n\r\n## Other\r\n", "Roll back."},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := engine.Mitigation(c.text)
			if got != c.want {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
		})
	}
	t.Run("stays short whatever it is cut from", func(t *testing.T) {
		for _, text := range []string{
			"## Fix\n" + strings.Repeat("x", 1<<20), "## Fix\n" + strings.Repeat("é ", 5000), "## Fix\n```\n" + strings.Repeat("kubectl get pods\n", 5000) + "```",
		} {
			got := engine.Mitigation(text)
			if got == "" || len(got) > 1300 || strings.Count(got, "```")%2 != 0 || strings.ContainsRune(got, '\uFFFD') {
				t.Errorf("%d bytes, ending in %q", len(got), got[max(0, len(got)-40):])
			}
		}
	})
}

func FuzzMitigation(f *testing.F) {
	f.Add("## Mitigation\n```\nx\n")
	f.Add("**Fix**\n\n- run\n---\n===")
	f.Fuzz(func(t *testing.T, text string) {
		if got := engine.Mitigation(text); len(got) > 1300 {
			t.Errorf("%d bytes", len(got))
		}
	})
}
