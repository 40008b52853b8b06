package engine

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseQuestionReadsPairsAndWordsInAnyMix(t *testing.T) {
	tests := []struct {
		in, errorType, service, text string
		spike                        float64 // 0: none
	}{
		{"error_type=database_timeout spike=450 service=checkout", "database_timeout", "checkout", "", 450},
		{"database timeouts on checkout, p99 up 450%", "", "", "database timeouts on checkout, p99 up 450%", 450},
		{"spike=450% pool exhausted service=checkout right now", "", "checkout", "pool exhausted right now", 450},
		{`description="queries hang" error=database_timeout`, "database_timeout", "", "queries hang", 0},
		{"service=“check out” slow", "", "check out", "slow", 0},
		{"svc=pay type=memory_leak spike=+280", "memory_leak", "pay", "", 280},
		{"disk 95% full on db-1", "", "", "disk 95% full on db-1", 0},
		{"latency +320 % since 03:00", "", "", "latency +320 % since 03:00", 320},
		{`level=error msg="pool exhausted" summary="queries hang" svc=pay boom`, "", "pay", "pool exhausted queries hang boom", 0},
		{"x=1 == y", "", "", "== y", 0},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			q, err := ParseQuestion(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			var spike float64
			if q.Spike != nil {
				spike = *q.Spike
			}
			if q.ErrorType != tt.errorType || q.Service != tt.service || q.Text != tt.text || spike != tt.spike {
				t.Errorf("got %+v, spike %v", q, spike)
			}
		})
	}
}

func TestParseQuestionRefusesWhatAsksNothing(t *testing.T) {
	for in, field := range map[string]string{
		"":                         "error_type",
		"service=checkout":         "error_type",
		"error_type= spike=1":      "error_type",
		"error_type=a spike=lots":  "spike",
		"error_type=a spike=NaN":   "spike",
		"error_type=a spike=1e400": "spike",
	} {
		_, err := ParseQuestion(in)
		if e, ok := err.(*Error); !ok || e.Kind != Invalid || e.Field != field {
			t.Errorf("ParseQuestion(%q) = %v; want invalid %s", in, err, field)
		}
	}
}

func FuzzParseQuestion(f *testing.F) {
	f.Add("error_type=database_timeout spike=450 service=checkout")
	f.Add("a \"b c\" d=\"e f\" 1%")
	f.Add("\x00\xff=\xfe")
	f.Fuzz(func(t *testing.T, s string) {
		q, err := ParseQuestion(s)
		if err != nil {
			if KindOf(err) != Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, v := range []string{q.ErrorType, q.Service, q.Text} {
			if !utf8.ValidString(v) || strings.Contains(v, "\x00") {
				t.Fatalf("%q is not clean", v)
			}
		}
	})
}

func TestTheSymptomTakesTonightsFigure(t *testing.T) {
	for _, tt := range []struct {
		symptom   string
		then, now float64
		want      string
		ok        bool
	}{
		{"Database response time increased 450%", 450, 320, "Database response time increased 320%", true},
		{"Lag increased 45%", 450, 320, "", false},
		{"Errors increased 1450%", 450, 320, "", false},
		{"Latency rose 12.5% in a minute", 12.5, 80, "Latency rose 80% in a minute", true},
	} {
		got, ok := withSpike(tt.symptom, tt.then, tt.now)
		if got != tt.want || ok != tt.ok {
			t.Errorf("withSpike(%q) = %q, %v", tt.symptom, got, ok)
		}
	}
}
