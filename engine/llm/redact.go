package llm

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Redact takes secrets and personal data out of a text that is about to leave:
// each becomes a placeholder such as [SECRET:aws#1], the same one wherever the
// same secret stands in the text. What only looks long or odd (hashes, UUIDs,
// pod names, numbers, times) stays.
func Redact(s string) string {
	return newRedactor().redact(s)
}

// hides says whether a text has a secret in it, or the place of one.
func hides(s string) bool { return strings.Contains(s, placeholder) || Redact(s) != s }

const placeholder = "[SECRET:"

var placed = regexp.MustCompile(`\[SECRET:[a-z]+#\d+\]`)

type redactor struct {
	names  map[string]string // by kind and secret
	counts map[string]int    // by kind
}

func newRedactor() *redactor {
	return &redactor{names: make(map[string]string), counts: make(map[string]int)}
}

// name is the placeholder of a secret.
func (r *redactor) name(kind, secret string) string {
	key := kind + "\x00" + secret
	if r.names[key] == "" {
		r.counts[kind]++
		r.names[key] = placeholder + kind + "#" + strconv.Itoa(r.counts[kind]) + "]"
	}
	return r.names[key]
}

// redact looks at what spans lines first, then at each line by itself: most
// lines have no part of a secret's look, and need no closer one.
func (r *redactor) redact(s string) string {
	low := strings.ToLower(s)
	for _, rule := range blocks {
		if rule.hinted(low) {
			s = r.apply(rule, s)
		}
	}
	var b strings.Builder
	for line := range strings.Lines(s) {
		low := strings.ToLower(line)
		for _, rule := range rules {
			if rule.hinted(low) {
				line = r.apply(rule, line)
			}
		}
		b.WriteString(line)
	}
	return b.String()
}

// apply replaces the groups called v (else the whole) of a rule's matches.
func (r *redactor) apply(rule rule, s string) string {
	found := rule.find.FindAllStringSubmatchIndex(s, -1)
	if found == nil {
		return s
	}
	var b strings.Builder
	end, done := 0, placed.FindAllStringIndex(s, -1)
	for _, at := range found {
		match := make([]string, len(at)/2)
		for n := range match {
			if at[2*n] >= 0 {
				match[n] = s[at[2*n]:at[2*n+1]]
			}
		}
		from, to := at[0], at[1]
		for n, name := range rule.find.SubexpNames() {
			if name == "v" && at[2*n] >= 0 {
				from, to = at[2*n], at[2*n+1]
			}
			if name == "k" {
				match[n] = s[begin(s, at[2*n]):at[2*n+1]]
			}
		}
		if rule.secret != nil && !rule.secret(match) {
			continue
		}
		if slices.ContainsFunc(done, func(span []int) bool { return span[0] <= from && to <= span[1] }) {
			continue
		}
		b.WriteString(s[end:from])
		b.WriteString(r.name(rule.kind, s[from:to]))
		end = to
	}
	b.WriteString(s[end:])
	return b.String()
}

// begin is where the name begins whose last part is found at a place. To let the
// expression look for it costs ten times as much.
func begin(s string, at int) int {
	for at > 0 && (s[at-1] == '_' || s[at-1] == '-' || s[at-1] == '.' || s[at-1] >= '0' && s[at-1] <= '9' || s[at-1]|0x20 >= 'a' && s[at-1]|0x20 <= 'z') {
		at--
	}
	return at
}

// rule finds one kind of secret.
type rule struct {
	kind string
	// hints are lower-case parts of which a text must have one before it is
	// searched; none means always.
	hints  []string
	find   *regexp.Regexp
	secret func(match []string) bool // reports whether a match is one; nil: always
}

func (r *rule) hinted(low string) bool {
	for _, h := range r.hints {
		if strings.Contains(low, h) {
			return true
		}
	}
	return len(r.hints) == 0
}

// blocks are the secrets of many lines.
var blocks = []rule{
	{"key", []string{"private key"}, regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)`), nil},
}

// rules are tried in order: what has a vendor's shape first, so that its
// placeholder says most, then what stands where secrets stand, at last what
// looks like nothing but randomness.
var rules = []rule{
	{"key", []string{"age-secret-key"}, regexp.MustCompile(`AGE-SECRET-KEY-1[0-9A-Z]{30,}`), nil},
	{"webhook", []string{"hook", "chat.googleapis.com"}, regexp.MustCompile(
		`(?i)(?:hooks\.slack(?:-gov)?\.com|discord(?:app)?\.com/api/webhooks|[\w-]+\.webhook\.office\.com|hooks\.zapier\.com|chat\.googleapis\.com/v1/spaces)/(?P<v>[^\s"'<>\\]+)`), nil},
	{"url", []string{"://"}, regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://[^\s/:@"'<>\\]*:(?P<v>[^\s"'<>\\]+)@`), urlPassword},
	{"url", []string{"://"}, regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://(?P<v>[^\s/:@"'<>\\]{20,})@`), nil},
	{"url", []string{"@"}, regexp.MustCompile(`\b[\w.-]+:(?P<v>[^\s:@/"'<>]{4,})@(?:(?:tcp|udp|unix)\(|[a-zA-Z0-9][\w.-]*)`), bareLogin},
	{"aws", []string{"akia", "asia", "abia", "acca"}, regexp.MustCompile(`\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,20}\b`), nil},
	{"github", []string{"gh", "github_pat_"}, regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})`), nil},
	{"gitlab", []string{"gl"}, regexp.MustCompile(`\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas|rtr)-[A-Za-z0-9_.-]{18,}`), nil},
	{"slack", []string{"xox", "xapp-"}, regexp.MustCompile(`\bx(?:ox[a-z](?:\.xox[a-z])?|app)-[A-Za-z0-9-]{10,}`), nil},
	{"stripe", []string{"_live_", "_test_", "whsec_"}, regexp.MustCompile(`\b(?:[srp]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,})`), nil},
	{"google", []string{"aiza", "ya29.", "gocspx-", "1//0"}, regexp.MustCompile(`\b(?:AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}|1//0[A-Za-z0-9_-]{20,})`), nil},
	{"openai", []string{"sk-"}, regexp.MustCompile(`\bsk-[A-Za-z0-9_-]{20,}`), hasDigit},
	{"npm", []string{"npm_"}, regexp.MustCompile(`\bnpm_[A-Za-z0-9]{30,}`), nil},
	{"pypi", []string{"pypi-"}, regexp.MustCompile(`\bpypi-[A-Za-z0-9_-]{40,}`), nil},
	{"jwt", []string{"eyj"}, regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*`), nil},
	{"vendor", vendorHints, regexp.MustCompile(vendorTokens), nil},
	{"discord", nil, regexp.MustCompile(`\b[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,}`), nil},
	{"auth", []string{"authorization"}, regexp.MustCompile(
		`(?i)\b(?:proxy-)?authorization\\?["']?\s*[:=]\s*\\?["']?(?:(?:digest|aws4-hmac-sha256)\s+(?P<v>[^\n]+)|(?:(?:bearer|basic|token|apikey|negotiate|ntlm)\s+)?(?P<v>[^\s"'\\,;]+))`), notWord},
	{"auth", []string{"bearer"}, regexp.MustCompile(`(?i)\bbearer[ :=]+\\?["']?(?P<v>[A-Za-z0-9._~+/=-]{8,})`), tokenish},
	{"auth", []string{"basic"}, regexp.MustCompile(`(?i)\bbasic\s+(?P<v>[A-Za-z0-9+/]{8,}={0,2})`), basicLogin},
	{"cookie", []string{"cookie"}, regexp.MustCompile(`(?i)\b(?:set-)?cookie2?\\?["']?\s*[:=]\s*\\?["']?(?P<v>[\w.-]+=[^\n"'\\]+)`), nil},
	{"password", []string{"curl", "wget"}, regexp.MustCompile(`\bcurl\b[^\n]*?\s(?:-u|--user|--proxy-user)[ =]?["']?[^\s:"']+:(?P<v>[^\s"']+)`), nil},
	{"password", []string{"mysql", "mariadb", "sshpass"}, regexp.MustCompile(`\b(?:mysql(?:dump|admin)?|mariadb|sshpass)\b[^\n]*?\s-p ?["']?(?P<v>[^\s"'-][^\s"']*)`), nil},
	{"secret", []string{">"}, regexp.MustCompile(`(?i)<[\w:.-]*` + secretNames + `[\w:.-]*>\s*(?P<v>[^<\s][^<]*)</`), nil},
	{"secret", secretHints, regexp.MustCompile(`(?i)(?P<k>` + secretNames + `(?:[-_.]?\d{1,2})?)(?:\\?["'\]])*\s*(?:=>|:=|[:=])\s*(?:` +
		`\\*"(?P<v>[^"\\\n]+)\\*"|\\*'(?P<v>[^'\\\n]+)\\*'|(?P<v>[^\s"'\\,;&)}\]>]+))`), assigned},
	{"secret", []string{"-"}, regexp.MustCompile(`(?i)(?:^|\s)--?(?P<k>[\w-]*` + secretNames + `)\s+["']?(?P<v>[^\s"'-][^\s"']*)`), assigned},
	{"password", []string{"pass"}, regexp.MustCompile(`(?i)\b(?P<k>password|passphrase|passwd)\s+(?:is|was|set to|changed to|to)[ :]+["'` + "`" + `]?(?P<v>[^\s"'` + "`" + `]+)`), spoken},
	{"query", []string{"?", "&"}, regexp.MustCompile(`(?i)[?&](?:key|sig|signature|x-amz-signature|x-amz-credential|x-goog-signature|auth|session)=(?P<v>[^\s&"'<>#]{8,})`), hasDigit},
	{"email", []string{"@"}, regexp.MustCompile(`(?i)\b[a-z0-9._%+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}\b`), mailbox},
	{"card", nil, regexp.MustCompile(`\b\d(?:[ -]?\d){11,18}\b`), card},
	{"iban", nil, regexp.MustCompile(`\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b`), iban},
	{"token", nil, regexp.MustCompile(`[A-Za-z0-9+/_=-]{30,}`), random},
}

// secretHints are what one of secretNames has in it.
var secretHints = []string{"pass", "pwd", "secret", "token", "key", "credential", "session", "sid", "_auth"}

// secretNames end the names of what must not leave.
const secretNames = `(?:password|passwd|passphrase|passcode|pwd|pass|secret|token|api[-_ ]?key|access[-_]?key(?:[-_]?id)?|account[-_]?key|shared[-_]?access[-_]?(?:key|signature)` +
	`|private[-_]?key|signing[-_]?key|encryption[-_]?key|master[-_]?key|auth[-_]?key|license[-_]?key|service[-_]?key|integration[-_]?key|routing[-_]?key|app(?:lication)?[-_]?key` +
	`|secret[-_]?key(?:[-_]?base)?|storage[-_]?key|ssh[-_]?key|credentials?|session[-_]?(?:id|key)|sessionid|sid|_auth|client[-_]?secret|connection[-_]?secret)`

// vendorHints are what one of vendorTokens has in it, in small letters.
var vendorHints = []string{
	"sg.", "sk", "_v1_", "hvs.", "hvb.", "hvr.", ".atlasv1.", "dapi", "hf_", "glsa_", "glc_", "nrak-", "nrii-", "nrjs-", "shpat_", "shpca_", "shppa_", "shpss_",
	"sq0", ":aa", "key-", "-us", "q~", "sntry", "lin_api_", "dckr_", "rubygems_", "hrku-", "atatt3", "pmak-", "sbp_", "pscale_", "xkeysib-", "fm2_",
}

// vendorTokens are the shapes of those who mark their tokens.
const vendorTokens = `\b(?:` +
	`SG\.[\w-]{16,}\.[\w-]{16,}` + // SendGrid
	`|SK[0-9a-f]{32}` + // Twilio
	`|do[opr]_v1_[a-f0-9]{32,}` + // DigitalOcean
	`|hv[sbr]\.[\w-]{20,}` + // Vault
	`|[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}` + // Terraform Cloud
	`|dapi[a-f0-9]{32}` + // Databricks
	`|hf_[A-Za-z0-9]{30,}` + // Hugging Face
	`|gl(?:sa|c)_[A-Za-z0-9+/=_]{30,}` + // Grafana
	`|NR(?:AK|II|JS)-[A-Za-z0-9-]{20,}` + // New Relic
	`|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}` + // Shopify
	`|sq0(?:atp|csp)-[\w-]{22,}` + // Square
	`|\d{8,10}:AA[\w-]{32,}` + // Telegram
	`|key-[0-9a-f]{32}` + // Mailgun
	`|[0-9a-f]{32}-us\d{1,2}` + // Mailchimp
	`|[\w~.-]{3}\dQ~[\w~.-]{31,}` + // Entra ID
	`|sntry[su]_[\w+/=-]{30,}` + // Sentry
	`|lin_api_[A-Za-z0-9]{30,}` + // Linear
	`|dckr_(?:pat|oat)_[\w-]{20,}` + // Docker
	`|rubygems_[a-f0-9]{40,}` +
	`|HRKU-[\w-]{30,}` + // Heroku
	`|ATATT3[\w=-]{40,}` + // Atlassian
	`|PMAK-[a-f0-9-]{30,}` + // Postman
	`|sbp_[a-f0-9]{40}` + // Supabase
	`|pscale_(?:tkn|pw|oauth)_[\w.-]{30,}` + // PlanetScale
	`|xkeysib-[a-f0-9-]{40,}` + // Brevo
	`|fm2_[\w+/=-]{40,}` + // Fly
	`)`
