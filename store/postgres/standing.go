package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

// Standing reads all of it in one way to the server and back, with what waits, the
// locks first. Each statement sees what was committed when those were held. Who
// asks for this is about to write, so the transaction gets its number, too, and
// can later commit together with what it writes.
//
// Each series, group, scope and incident is looked up by itself: a join, or a list
// of ids, would be planned for a thousand of them, or for a table that was small
// then, and read all there are. Rows of incidents are locked in the order of their
// ids, as all do.
func (t *tx) Standing(ctx context.Context, way engine.Way) (found engine.Standing, err error) {
	ask := []statement{
		{sql: `SELECT pg_current_xact_id()::text`},
		{silencesSQL, []any{doc.Time(way.Now)}},
	}
	if len(way.Series) > 0 {
		ask = append(ask, latestAlerts(way.Series))
	}
	if len(way.Groups)+len(way.Scopes) > 0 {
		ask = append(ask, openIncidents(way.Groups, way.Scopes))
	}
	res, err := t.ask(ctx, ask...)
	if err != nil {
		return found, translate(err)
	}
	defer func() {
		if cerr := res.Close(); err == nil {
			err = translate(cerr)
		}
	}()
	if err := res.QueryRow().Scan(&t.id); err != nil {
		return found, translate(err)
	}
	rows, err := res.Query()
	if found.Silences, err = collect(rows, err, decode[engine.Silence]); err != nil {
		return found, err
	}
	found.Latest = make(map[engine.SeriesKey]engine.Alert, len(way.Series))
	if len(way.Series) > 0 {
		if err := readLatest(res, way.Series, found.Latest); err != nil {
			return found, err
		}
	}
	if len(way.Groups)+len(way.Scopes) > 0 {
		rows, err := res.Query()
		if found.Open, err = collect(rows, err, decode[engine.Incident]); err != nil {
			return found, err
		}
		// Who had a row's lock before us may have closed the incident.
		found.Open = slices.DeleteFunc(found.Open, func(i engine.Incident) bool { return !i.Live() })
	}
	return found, nil
}

// planned is more than the ten entries that PostgreSQL plans a list for without
// having seen it. For a shorter one, which would cost less than that plan says, it
// makes another each time, and that takes longer than to run it.
const planned = 12

// padded is a list of texts with at least planned entries; those that are missing
// are null, which nothing is like.
func padded(list []string) []*string {
	out := make([]*string, max(len(list), planned))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

func latestAlerts(series []engine.SeriesKey) statement {
	sources, prints := make([]string, len(series)), make([]string, len(series))
	for i, key := range series {
		sources[i], prints[i] = doc.Key(key.Source), doc.Key(key.Fingerprint)
	}
	return statement{`
		SELECT u.n, a.doc
		FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS u (source, fingerprint, n)
		CROSS JOIN LATERAL (
			SELECT doc FROM alerts WHERE source = u.source AND fingerprint = u.fingerprint
			ORDER BY started_at DESC, id DESC LIMIT 1) AS a`, []any{padded(sources), padded(prints)}}
}

// readLatest reads what latestAlerts asks for.
func readLatest(res pgx.BatchResults, series []engine.SeriesKey, latest map[engine.SeriesKey]engine.Alert) error {
	rows, err := res.Query()
	_, err = collect(rows, err, func(r pgx.Rows, _ *struct{}) error {
		var n int64
		var b []byte
		var a engine.Alert
		if err := r.Scan(&n, &b); err != nil {
			return err
		}
		err := doc.Decode(b, &a)
		latest[series[n-1]] = a
		return err
	})
	return err
}

func openIncidents(groups, scopes [][2]string) statement {
	sources, keys := split(groups)
	services, environments := split(scopes)
	return statement{
		`
		WITH ids AS (
			SELECT f.id FROM unnest($1::text[], $2::text[]) AS u (source, key)
			CROSS JOIN LATERAL (
				SELECT id FROM incidents WHERE live AND source = u.source AND group_key = u.key OFFSET 0) AS f
			UNION
			SELECT f.id FROM unnest($3::text[], $4::text[]) AS u (service, environment)
			CROSS JOIN LATERAL (
				SELECT id FROM incidents WHERE live AND service = u.service AND environment = u.environment OFFSET 0) AS f
			ORDER BY id)
		SELECT i.doc FROM ids CROSS JOIN LATERAL (SELECT doc FROM incidents WHERE id = ids.id FOR UPDATE) AS i`,
		[]any{padded(sources), padded(keys), padded(services), padded(environments)},
	}
}

// split parts pairs into two lists, each pair once.
func split(pairs [][2]string) (first, second []string) {
	first, second = make([]string, 0, len(pairs)), make([]string, 0, len(pairs))
	seen := make(map[[2]string]bool, len(pairs))
	for _, p := range pairs {
		p = [2]string{doc.Key(p[0]), doc.Key(p[1])}
		if !seen[p] {
			seen[p] = true
			first, second = append(first, p[0]), append(second, p[1])
		}
	}
	return first, second
}
