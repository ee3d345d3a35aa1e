export { joinToPods, podPlacesOf, type PodPlace, type PodPlaces } from './pod-places.ts';
