export { joinToPods, podPlacesOf, type PodPlace, type PodPlaces } from './pod-places.ts';
export { ClusterContext, type ClusterTarget } from './cluster-context.ts';
