package retrieval

import "testing"

func TestADocumentIsCalledByItsName(t *testing.T) {
	titled := func(id, title, text string) Document {
		return Document{ID: id, Kind: "runbook", Fields: []Field{{"title", title}, {"text", text}}}
	}
	docs := []Document{
		titled("loop", "KubePodCrashLooping", "A container restarts again and again."),
		titled("alerts", "Restarts", "Containers that restart."),
		note("heading", "# TargetDown\n\n## Meaning\n\nMetrics of a job can't be collected."),
		note("things", "node-exporter and GitLab are mentioned here, KubePodCrashLooping as well; a target is down"),
		titled("exporter", "node-exporter", "How to install it."),
	}
	docs[1].Fields = append(docs[1].Fields, Field{"alerts", "Watchdog PodRestartsOften"})
	x := indexOf(t, docs...)
	tests := []struct {
		name, query, want string
		called            bool
	}{
		{"in brackets", "[KubePodCrashLooping] mentioned here as well: GitLab, node-exporter", "loop", true},
		{"in a sentence", "why is KubePodCrashLooping firing, and GitLab mentioned", "loop", true},
		{"two words in a sentence", "is TargetDown firing", "heading", false},
		{"a heading", "[TargetDown] metrics", "heading", true},
		{"on a line of its own", "collected metrics are down\nTargetDown", "heading", true},
		{"by one of its alerts", "[Watchdog] containers", "alerts", true},
		{"the name of a thing", "node-exporter is mentioned", "exporter", false},
		{"no name", "a container restarts again", "loop", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			hit := search(t, x, Query{Text: test.query})[0]
			if hit.ID != test.want || hit.Called != test.called {
				t.Errorf("found %s, called %v; want %s, %v", hit.ID, hit.Called, test.want, test.called)
			}
		})
	}
	x.Remove("runbook", "loop")
	for _, h := range search(t, x, Query{Text: "[KubePodCrashLooping] again"}) {
		if h.Called {
			t.Errorf("%s is called by the name of a document that is gone", h.ID)
		}
	}
}
