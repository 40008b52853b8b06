package retrieval

import "strings"

// vocabulary are words that people on call use for one another, a group a line. Written from general knowledge of the
// field; a word may stand in several groups. Two words joined by an underscore are read as neighbours.
const vocabulary = `
oom oomkill oomkilled out_memory
memory mem ram heap rss
cpu processor cores
disk storage volume filesystem file_system
volume pvc pv persistent_volume
space capacity room
inode inodes files
database db rds
postgres postgresql pg psql
mysql mariadb
kubernetes k8s kube
node host machine server
pod container workload
instance replica
deploy deployment rollout release
rollback revert rolled_back
restart crash crashloop crashloopbackoff crashlooping
restart reboot
flap flapping unstable intermittent
down unavailable offline unreachable outage
unreachable unresponsive cannot_reach timeout
absent missing disappear disappeared vanish gone
fail failure error unsuccessful
broken corrupt corruption corrupted damaged
slow latency delay duration slowness
latency p99 p95 percentile quantile
late delay behind lag
lag backlog behind
queue backlog pending
pending waiting stuck
stuck hang hung stall blocked frozen deadlock
full exhaust exhausted exhaustion filling
full saturated saturation utilization usage
almost near nearly approaching soon
quota limit
limit threshold maximum cap
overcommit overcommitted oversubscribed
high elevated excessive increase spike
low insufficient few lack shortage
drop dropped lost loss discard discarded
expire expiry expiration expired
certificate cert tls ssl x509
renew renewal rotate rotation
mismatch differ different inconsistent inconsistency diverge
skew drift
clock ntp chrony time_sync
config configuration setting
reload refresh
leader primary master
election leadership
standby secondary follower slave replica
replication replica wal streaming
split_brain multiple_primary
failover switchover promote promotion
quorum majority
member peer
network connectivity
connection conn session
interface nic link
packet frame
dns resolve lookup nxdomain
auth authentication login credential
permission forbidden denied unauthorized rbac
throttle ratelimit rate_limit 429
5xx 500 502 503 504
4xx 400 404
timeout timed_out time_out deadline
scale autoscale autoscaler autoscaling hpa
schedule scheduler scheduling
evict eviction preempt
drain cordon
taint toleration
scrape exporter
target endpoint
metric sample series
notification notify notifier
sync synchronize reconcile
snapshot backup
archive archiving
restore recover recovery
compact compaction
defrag defragment fragmentation
traffic throughput requests
proxy loadbalancer load_balancer haproxy nginx
ingress gateway
cache redis memcached
broker kafka
consumer subscriber
producer publisher
partition shard
job cronjob batch
daemonset daemon
upgrade update migrate migration
version incompatible
health healthy healthcheck liveness readiness probe
degraded degrade impaired
ready readiness
watch watcher
hot_spot hotspot skewed
vm virtual_machine
os operating_system kernel
api apiserver api_server
disable disabled off
orphan orphaned stale dangling
`

// synonymWeight is what a synonym counts beside the word itself, and fullRarity the idf from which on it counts in full:
// what is everywhere stands for nothing. Weights between .1 and .5 do equally well on the development set.
const (
	synonymWeight = .3
	fullRarity    = 4
)

// synonyms maps a stem, or two neighbours with a space between, to the stems that are used for it.
type synonyms map[string][]string

func newSynonyms() synonyms {
	s := synonyms{}
	for line := range strings.Lines(vocabulary) {
		var group []string
		for _, word := range strings.Fields(line) {
			var stems []string
			for part := range strings.SplitSeq(word, "_") {
				stems = append(stems, stem(part))
			}
			group = append(group, strings.Join(stems, " "))
		}
		for _, one := range group {
			for _, other := range group {
				if one != other && !strings.Contains(other, " ") {
					s[one] = append(s[one], other)
				}
			}
		}
	}
	return s
}

// of are the synonyms of a query's words that aren't among them, with what they count.
func (s synonyms) of(a analysis) map[string]float32 {
	found := map[string]float32{}
	add := func(said string, count float32) {
		for _, other := range s[said] {
			if !a.has(other) {
				found[other] = max(found[other], synonymWeight*min(count, 1))
			}
		}
	}
	for _, t := range a.terms {
		add(t.stem, t.count)
	}
	last := passageEnd
	for _, p := range a.flow {
		if p != passageEnd && last != passageEnd {
			add(a.terms[last].stem+" "+a.terms[p].stem, min(a.terms[last].count, a.terms[p].count))
		}
		last = p
	}
	return found
}

// addSynonyms adds what documents hold for the query's words under other names.
func (x *Index) addSynonyms(a analysis, q *lexicalQuery) {
	l := x.lexicon
	idf := l.idf()
	for other, count := range x.synonyms.of(a) {
		id, known := l.terms[other]
		if !known || l.df(id) == 0 {
			continue
		}
		i := idf(l.df(id))
		count := float64(count) * min(i/fullRarity, 1)
		q.terms = append(q.terms, queryTerm{id, l.bm25(l.df(id)) * float32(count), float32(count * i * i)})
	}
}
