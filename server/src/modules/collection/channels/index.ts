/** Where rows come from without anybody at the desk: uploads in pieces, drop folders, pulls. One pipeline is behind all. */
export { type DropResult, scanDropFolders } from './drop-folder.ts';
export { channelJobs } from './jobs.ts';
export { type PullResult, runPull } from './pull.ts';
export { channelRoutes } from './routes.ts';
export { uploadPieceRoutes } from './upload-routes.ts';
