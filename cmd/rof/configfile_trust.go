package main

import (
	"ragoffire/webhook"
)

// trust is how a source's deliveries are told from a stranger's, beside tokens.
type trust struct {
	header  string // that carries a token
	hmac    *webhook.HMACConfig
	topics  []string
	confirm bool
}

type hmacDocument struct {
	Secret          any    `yaml:"secret"` // one, or a list while secrets rotate
	SecretFile      string `yaml:"secret_file"`
	Header          string `yaml:"header"`
	Prefix          string `yaml:"prefix"`
	Encoding        string `yaml:"encoding"`
	TimestampHeader string `yaml:"timestamp_header"`
	Tolerance       string `yaml:"tolerance"`
	Signed          string `yaml:"signed"`
}

// config is a source as the sidecar takes it.
func (s *source) config() webhook.SourceConfig {
	return webhook.SourceConfig{
		Kind: s.kind, Tokens: s.tokens, Header: s.trust.header, HMAC: s.trust.hmac, Topics: s.trust.topics, Confirm: s.trust.confirm,
		Parse: s.parse, Expire: s.expire,
	}
}

// trusted reports whether anything tells a source's deliveries from a stranger's.
func (s *source) trusted() bool {
	return len(s.tokens) > 0 || s.trust.hmac != nil || len(s.trust.topics) > 0
}

// readTrust reads how a source is trusted and checks it, with its tokens.
func (r *reader) readTrust(name string, s *source, d *sourceDocument) {
	s.trust = trust{header: d.Header, topics: d.Topics, confirm: d.Confirm}
	if h := d.HMAC; h != nil {
		at := "sources." + name + ".hmac"
		s.trust.hmac = &webhook.HMACConfig{
			Secrets: r.secrets(at, h), Header: h.Header, Prefix: h.Prefix, Encoding: h.Encoding,
			TimestampHeader: h.TimestampHeader, Tolerance: r.duration(at+".tolerance", h.Tolerance), Signed: h.Signed,
		}
	}
	if err := webhook.CheckSource(name, s.config()); err != nil {
		r.problemf("ROF_CONFIG sources.%s: %w", name, err)
	}
}

// secrets reads one or a list, and the file.
func (r *reader) secrets(at string, h *hmacDocument) []string {
	out := r.texts(at+".secret", h.Secret)
	if h.SecretFile != "" {
		out = append(out, r.secretFile("ROF_CONFIG "+at+".secret_file", h.SecretFile))
	}
	for _, s := range out {
		if s != "" && len(s) < 8 {
			r.problemf("ROF_CONFIG %s.secret is shorter than 8 characters", at)
		}
	}
	return out
}
