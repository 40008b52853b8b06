package llm_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"ragoffire/engine/llm"
)

const (
	lower = "abcdefghijklmnopqrstuvwxyz"
	upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digit = "0123456789"
	hexa  = "0123456789abcdef"
)

// dice draws from a fixed seed: the corpus is the same in every run, and nothing
// in the tree looks like a secret.
type dice struct{ *rand.Rand }

func newDice() dice { return dice{rand.New(rand.NewPCG(7, 11))} }

func (d dice) of(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[d.IntN(len(alphabet))]
	}
	return string(b)
}

func (d dice) alnum(n int) string { return d.of(lower+upper+digit, n) }

// planted is a text with a secret in it that must not leave.
type planted struct{ secret, text string }

// secrets are tokens that are known by their shape, wherever they stand.
func (d dice) secrets() []string {
	return []string{
		"AKIA" + d.of(upper+digit, 16), "ASIA" + d.of(upper+digit, 16),
		"ghp_" + d.alnum(36), "gho_" + d.alnum(36), "github_" + "pat_" + d.alnum(22) + "_" + d.alnum(59),
		"glpat" + "-" + d.alnum(20), "gldt" + "-" + d.alnum(20),
		"xoxb" + "-" + d.of(digit, 12) + "-" + d.of(digit, 12) + "-" + d.alnum(24), "xapp" + "-1-A" + d.of(upper+digit, 10) + "-" + d.of(digit, 13) + "-" + d.of(hexa, 64),
		"sk" + "_live_" + d.alnum(24), "rk" + "_test_" + d.alnum(24), "whsec" + "_" + d.alnum(32),
		"AIza" + d.alnum(35), "ya29" + "." + d.alnum(60), "GOCSPX" + "-" + d.alnum(28),
		"sk" + "-proj-" + d.alnum(48), "sk" + "-" + d.alnum(48), "sk" + "-ant-api03-" + d.alnum(80),
		"npm" + "_" + d.alnum(36), "pypi" + "-AgEIcHlwaS5vcmc" + d.alnum(60),
		"eyJ" + d.alnum(30) + ".eyJ" + d.alnum(60) + "." + d.alnum(43),
		"SG" + "." + d.alnum(22) + "." + d.alnum(43), "dop_v1" + "_" + d.of(hexa, 64), "hvs" + "." + d.alnum(24), "hf" + "_" + d.alnum(34),
		"glsa" + "_" + d.alnum(32) + "_" + d.of(hexa, 8), "NRAK" + "-" + d.of(upper+digit, 27), "shpat" + "_" + d.of(hexa, 32), "dckr_pat" + "_" + d.alnum(27),
		"dapi" + d.of(hexa, 32), d.alnum(14) + ".atlasv1." + d.alnum(64), d.of(digit, 9) + ":AA" + d.alnum(33),
	}
}

// corpus plants every kind of secret in every place that it is met in.
func corpus() []planted {
	d := newDice()
	var all []planted
	add := func(secret, format string, more ...any) {
		all = append(all, planted{secret, fmt.Sprintf(format, append([]any{secret}, more...)...)})
	}
	places := []string{
		"level=error msg=\"call failed\" token=%s attempt=3", `{"msg":"upstream said 401","detail":"used %s"}`, "the job printed %s before it died",
		"curl -sf https://api.example.com/v1?access_token=%s&page=2", "- name: API_TOKEN\n  value: %s\n", "retry with '%s', then stop.",
	}
	for _, place := range places {
		for _, s := range d.secrets() {
			add(s, place)
		}
	}
	passwords := []string{d.alnum(12), "Hunter2!" + d.of(lower, 3), "pa55-" + d.of(lower, 6), d.of(lower, 9) + "7", "s3cr3t." + d.alnum(4)}
	assignments := []string{
		"DB_PASSWORD=%s", "export PGPASSWORD='%s'", "password: %s", `"client_secret": "%s",`, `{\"password\":\"%s\"}`, "--password %s --host db", "--db-password=%s",
		"Server=db;User Id=sa;Password=%s;Encrypt=true", "spring.datasource.password=%s", "api_key => '%s'", "X-Api-Key: %s", "X-Vault-Token: %s",
		"<password>%s</password>", "postgres://app:%s@db.internal:5432/shop", "redis://:%s@cache:6379/0", "app:%s@tcp(db:3306)/shop", "curl -u admin:%s http://h/x",
		"the password is %s", "mysql -h db -u root -p%s shop", "secret_key_base: %s", "AccountKey=%s;EndpointSuffix=core.windows.net", "labels: {auth_token: %s}",
		"amqp://guest:%s@mq:5672/%%2f", "Cookie: session=%s; theme=dark", "Set-Cookie: sid=%s; HttpOnly", "Authorization: %s", "authorization: Bearer %s", "Proxy-Authorization: Token %s",
	}
	for n, format := range assignments {
		for k := range 2 {
			add(passwords[(n+k)%len(passwords)], format)
		}
	}
	basic := base64.StdEncoding.EncodeToString([]byte("admin:" + d.alnum(10)))
	add(basic, "Authorization: Basic %s")
	add(basic, "sent header Basic %s to the proxy")
	add(d.alnum(30), "Bearer %s was refused")
	add(d.of(lower+upper+digit, 40), "aws_secret_access_key = %s")
	add(d.alnum(44), "the log shows %s once")
	block := d.alnum(64) + "\n" + d.alnum(64)
	add(block, "-----BEGIN RSA "+"PRIVATE KEY-----\n%s\n-----END RSA "+"PRIVATE KEY-----")
	add(strings.ReplaceAll(block, "\n", `\n`), "key: \"-----BEGIN "+"PRIVATE KEY-----\\n%s\\n-----END "+"PRIVATE KEY-----\"")
	add(d.alnum(64), "-----BEGIN OPENSSH "+"PRIVATE KEY-----\n%s")
	hook := "T" + d.of(upper+digit, 9) + "/B" + d.of(upper+digit, 9) + "/" + d.alnum(24)
	add(hook, "posting to https://hooks.slack.com/services/%s failed")
	add(d.of(digit, 18)+"/"+d.alnum(60), "https://discord.com/api/webhooks/%s")
	add("ann.smith@example.com", "paged %s at 03:12")
	add("Bob+oncall@mail.example.co.uk", "<%s>")
	add("4111 1111 1111 1111", "charge of %s failed")
	add("5500005555555559", "card=%s declined")
	add("378282246310005", "amex %s")
	add("DE89 3704 0044 0532 0130 00", "payout to %s stuck")
	add("GB82WEST12345698765432", "iban %s")
	add(d.of(hexa, 32), "dsn https://%s@o1.ingest.sentry.io/42")
	add(d.of(hexa, 40), "datadog api_key=%s")
	return all
}

func TestSecretsDoNotLeave(t *testing.T) {
	all := corpus()
	if len(all) < 150 {
		t.Fatalf("only %d planted", len(all))
	}
	missed := 0
	for _, p := range all {
		got := llm.Redact(p.text)
		if strings.Contains(got, p.secret) || !strings.Contains(got, "[SECRET:") {
			missed++
			t.Logf("missed in %q: %q", p.text, got)
		}
	}
	if recall := 1 - float64(missed)/float64(len(all)); recall < 0.98 {
		t.Errorf("recall %.4f on %d; want at least 0.98", recall, len(all))
	} else {
		t.Logf("recall %.4f on %d", recall, len(all))
	}
}

// clean are lines as alerts and logs have them, without a secret.
func clean() []string {
	d := newDice()
	var lines []string
	for range 25 {
		sha, uuid := d.of(hexa, 40), fmt.Sprintf("%s-%s-4%s-a%s-%s", d.of(hexa, 8), d.of(hexa, 4), d.of(hexa, 3), d.of(hexa, 3), d.of(hexa, 12))
		n := d.IntN(90000) + 10000
		lines = append(lines,
			"deployed "+sha+" to prod", "commit "+sha[:7]+" by ann, 3 min before", "trace_id="+d.of(hexa, 32)+" span_id="+d.of(hexa, 16), "request "+uuid+" took 1.9 s",
			fmt.Sprintf("pod checkout-%s-%s restarted %d times", d.of(hexa, 10), d.of(lower, 5), n%9), fmt.Sprintf("2026-11-%02dT03:12:%02d.123456789Z level=warn p99=%dms", n%28+1, n%60, n%5000),
			fmt.Sprintf("epoch %d ms, offset %d", 1_760_000_000_000+int64(n)*7919, int64(n)*1_000_003), "image registry.example.com/shop/checkout:1.2.3@sha256:"+d.of(hexa, 64),
			fmt.Sprintf("kafka consumer lag %d on topic orders, partition %d", n, n%12), fmt.Sprintf("10.%d.%d.%d:5432 refused the connection", n%250, n%99, n%200),
			"node ip-10-0-"+fmt.Sprint(n%255)+"-17.eu-west-1.compute.internal is NotReady", "GET /api/v1/orders/"+uuid+"?page=2&sort=created_at 503",
			fmt.Sprintf("tokens_per_second=%d max_tokens: %d", n, n%4096), fmt.Sprintf("auth_token_errors_total{service=\"checkout\"} %d", n), fmt.Sprintf("passed=%d failed=%d", n%300, n%7),
			"password authentication failed for user app", "the token has expired; renew it", "secret \"db-creds\" not found in namespace shop", "secret: checkout-tls expires in 3 days",
			"session_id missing in request", "bearer authentication is required", "basic authentication failed", "Authorization header missing", "KubePodCrashLooping: container istio-proxy",
			"java.lang.OutOfMemoryError: Java heap space at com.example.shop.CheckoutServiceImpl.submit(CheckoutServiceImpl.java:142)", "KubernetesDeploymentReplicasMismatchInProduction2 fires",
			"/var/lib/kubelet/pods/"+uuid+"/volumes/kubernetes.io~secret", "postgres://db.internal:5432/shop is slow", "https://graphs.example.com/d/x?from=1760000000000&to=1760003600000&var=a@b",
			"arn:aws:iam::123456789012:role/checkout", "getty@tty1.service: Failed with result 'exit-code'", "git@github.com:shop/checkout.git", "PWD=/srv/app HOME=/root", "secretName: ${DB_SECRET}",
			"password: ***", "token: <redacted>", "api_key=$API_KEY", "password={{ .Values.db.password }}", "order 4111111111111112 was paid twice", "error rate 12.5 % (limit 5 %) for 4 min",
			"p99 up 450 %, pool 200 → 60", "INC-2025-001 looks alike; dec_01JC0000000000000000000000", "cache-hit-ratio dropped to 0.31 on redis-7f9c", "x-request-id: "+uuid, "etag W/\""+d.of(hexa, 27)+"\"",
			"compass=12 bypass=on", "cert serial 04:"+d.of(hexa, 2)+":"+d.of(hexa, 2)+" expires 2026-12-01", "key=orders-"+d.of(digit, 4)+" partition=3", "sha256:"+d.of(hexa, 64),
		)
	}
	return lines
}

func TestWhatIsNoSecretStays(t *testing.T) {
	lines := clean()
	wrong := 0
	for _, line := range lines {
		if got := llm.Redact(line); got != line {
			wrong++
			t.Logf("%q became %q", line, got)
		}
	}
	if share := float64(wrong) / float64(len(lines)); share >= 0.01 {
		t.Errorf("%.4f of %d clean lines were changed; want under 0.01", share, len(lines))
	} else {
		t.Logf("%.4f of %d clean lines were changed", share, len(lines))
	}
}

func TestTheSameSecretHasTheSamePlaceholder(t *testing.T) {
	d := newDice()
	one, two := "ghp_"+d.alnum(36), "ghp_"+d.alnum(36)
	got := llm.Redact(one + " then " + two + " then " + one)
	if want := "[SECRET:github#1] then [SECRET:github#2] then [SECRET:github#1]"; got != want {
		t.Errorf("%q; want %q", got, want)
	}
}

func FuzzRedact(f *testing.F) {
	for n, p := range corpus() {
		if n%9 == 0 {
			f.Add(p.text)
		}
	}
	f.Add("password: [SECRET:secret#1] token=\xff\x00=")
	f.Fuzz(func(t *testing.T, s string) {
		once := llm.Redact(s)
		if strings.Count(once, "\n") > strings.Count(s, "\n") {
			t.Errorf("%q has more lines than %q", once, s)
		}
		if again := llm.Redact(s); again != once {
			t.Errorf("%q, then %q", once, again)
		}
	})
}

// BenchmarkRedact reads a text as long as those that are embedded.
func BenchmarkRedact(b *testing.B) {
	text := strings.Join(clean(), "\n")[:20_000]
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		llm.Redact(text)
	}
}
