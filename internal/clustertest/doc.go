// Package clustertest tests what an operator's bad day does to running meetings: its
// tests start real processes (two nodes of Anteroom, PostgreSQL, Redis and two LiveKit
// nodes behind a load balancer), take them away while people are inside, and look at
// what those people notice.
//
// docs/developers/cluster-tests.md says which losses run with the other tests, and which in
// `make test-cluster` only.
package clustertest
