package engine

import "testing"

func TestWordsOfAnIdAreThoseThatMeanSomething(t *testing.T) {
	for id, want := range map[string]string{
		"docs/monitoring/thanos-rule.md": "monitoring thanos rule",
		"RB-database-timeout":            "database timeout",
		"team/KubePodCrashLooping":       "team KubePodCrashLooping",
		"INC-2025-001":                   "",
		"H-0179b9cbeb51b004":             "",
		"postmortems/2024-07-25-dns.md":  "dns",
		"":                               "",
	} {
		if got := idWords(id); got != want {
			t.Errorf("%q says %q; want %q", id, got, want)
		}
	}
}
