package main

import (
	"cmp"
	"net"
	"slices"
	"strings"

	"ragoffire/webhook/kafka"
)

// readKafka reads where anomalies come from as a stream.
func (c *config) readKafka(r *reader) {
	k := kafka.Config{
		Topic: r.str("KAFKA_TOPIC", ""), Group: r.str("KAFKA_GROUP", kafka.Group),
		SASL: kafka.SASL{
			Mechanism: strings.ToLower(r.str("KAFKA_SASL_MECHANISM", "")),
			User:      r.str("KAFKA_SASL_USERNAME", ""), Password: r.secret("KAFKA_SASL_PASSWORD"),
		},
	}
	for b := range strings.SplitSeq(r.str("KAFKA_BROKERS", ""), ",") {
		if b = strings.TrimSpace(b); b == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(b); err != nil {
			r.problemf("KAFKA_BROKERS must be a list such as kafka-1:9092,kafka-2:9092; %q is not HOST:PORT", b)
		}
		k.Brokers = append(k.Brokers, b)
	}
	switch v := strings.ToLower(r.str("KAFKA_TLS", "false")); v {
	case "true", "1", "yes":
		k.TLS = true
	case "false", "0", "no":
	default:
		r.problemf("KAFKA_TLS must be true or false, not %q", v)
	}
	if len(k.Brokers) == 0 && k.Topic != "" {
		r.problemf("KAFKA_TOPIC is set but KAFKA_BROKERS is not; set both")
	}
	if len(k.Brokers) > 0 && k.Topic == "" {
		r.problemf("KAFKA_BROKERS is set but KAFKA_TOPIC is not; set both")
	}
	s := k.SASL
	if !slices.Contains([]string{"", "plain", "scram-sha-256", "scram-sha-512"}, s.Mechanism) {
		r.problemf("KAFKA_SASL_MECHANISM must be plain, scram-sha-256 or scram-sha-512, not %q", s.Mechanism)
	}
	switch given := cmp.Or(s.User, s.Password) != ""; {
	case s.Mechanism == "" && given:
		r.problemf("KAFKA_SASL_USERNAME or KAFKA_SASL_PASSWORD is set but KAFKA_SASL_MECHANISM is not; it is plain, scram-sha-256 or scram-sha-512")
	case s.Mechanism != "" && (s.User == "" || s.Password == ""):
		r.problemf("KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD")
	case s.Mechanism == "plain" && !k.TLS && slices.ContainsFunc(k.Brokers, remote):
		r.problemf("KAFKA_SASL_MECHANISM=plain shows the password to everybody between here and the brokers: set KAFKA_TLS=true, or use scram-sha-512")
	}
	c.kafka = k
}

// remote reports whether a HOST:PORT is on another machine.
func remote(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && !loopback(host)
}
