package retrieval

import (
	"strings"
	"testing"
)

func knownTypes() []string {
	return []string{
		"database_timeout", "kafka_consumer_lag", "memory_leak", "api_rate_limiting", "cpu_saturation", "disk_full",
		"cache_stampede", "certificate_expired", "dns_failure", "bad_deploy", "http_5xx", "OutOfMemory", "consumer_lag",
	}
}

func TestATypeIsGuessedFromWords(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"in the plural", "database timeouts on checkout, p99 up 450%", "database_timeout"},
		{"in any order", "lots of timeouts from the primary database", "database_timeout"},
		{"by a short name", "db timeout in payments", "database_timeout"},
		{"by a product of its kind", "postgres timed out", "database_timeout"},
		{"written in two words", "the database connection time out again", "database_timeout"},
		{"as the type is written", "error_type=database_timeout", "database_timeout"},
		{"as an alert's name", "KafkaConsumerLag is firing", "kafka_consumer_lag"},
		{"the more specific one", "kafka consumers are lagging", "kafka_consumer_lag"},
		{"the less specific one where its words are all there is", "the consumer lag grows", "consumer_lag"},
		{"by another form", "cpu saturated on pricing", "cpu_saturation"},
		{"by a status", "the api answers 429", "api_rate_limiting"},
		{"with words between", "disk on search-3 is full", "disk_full"},
		{"by a failure in another form", "dns lookups failing", "dns_failure"},
		{"by a short name of a certificate", "tls cert expires tonight", "certificate_expired"},
		{"with a leak in it", "heap is leaking since the release", "memory_leak"},
		{"by one status of a class", "http 503 from the edge", "http_5xx"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := NewTypes(knownTypes()).Guess(test.text)
			if got.Type != test.want {
				t.Fatalf("guessed %q from %q, want %q", got.Type, test.text, test.want)
			}
			if got.Strength < .4 || got.Strength > 1 {
				t.Errorf("strength %.2f", got.Strength)
			}
		})
	}
}

func TestNoTypeIsGuessed(t *testing.T) {
	far := "the database is fine " + strings.Repeat("and so is everything else here ", 5) + " but we saw a timeout"
	tests := []struct {
		name, text string
		types      []string
	}{
		{"from nothing", "", knownTypes()},
		{"without types", "database timeout", nil},
		{"from half of its words", "the database is slow", knownTypes()},
		{"from words far apart", far, knownTypes()},
		{"from other words", "somebody spilled coffee", knownTypes()},
		{"where two fit equally well", "cache timeout and queue timeout", []string{"cache_timeout", "queue_timeout"}},
		{"from a type without words", "anything", []string{"", "---", "the"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := NewTypes(test.types).Guess(test.text); got != (Guess{}) {
				t.Errorf("guessed %+v", got)
			}
		})
	}
}

func TestAGuessIsStrongerTheCloserTheWords(t *testing.T) {
	near := NewTypes(knownTypes()).Guess("database timeout")
	apart := NewTypes(knownTypes()).Guess("database on orders had a timeout")
	if near.Strength != 1 {
		t.Errorf("words side by side give %.2f, want 1", near.Strength)
	}
	if alone := NewTypes([]string{"latency"}).Guess("latency"); alone.Strength >= near.Strength {
		t.Errorf("a single word gives %.2f, want less than two", alone.Strength)
	}
	if apart.Type == "" || apart.Strength >= near.Strength {
		t.Errorf("words apart give %+v, want less than %.2f", apart, near.Strength)
	}
}

func TestTwoSpellingsOfOneTypeAreNoTie(t *testing.T) {
	if got := NewTypes([]string{"disk_full", "DiskFull"}).Guess("disk full"); got.Type != "disk_full" {
		t.Errorf("guessed %+v", got)
	}
}
